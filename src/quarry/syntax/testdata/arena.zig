//! A bump allocator with savepoints.
//! These lines speak of the file.

const std = @import("std");
const Allocator = std.mem.Allocator;

pub const default_size: usize = 4096;

/// What can go wrong.
pub const ArenaError = error{
    OutOfMemory,
    /// A savepoint of another arena.
    WrongArena,
};

/// Memory that is given back all at once.
/// Not thread-safe.
pub const Arena = struct {
    buffer: []u8,
    used: usize = 0,

    const Self = @This();

    /// Where an arena stood at some time.
    pub const Savepoint = struct {
        owner: *const Self,
        used: usize,

        pub fn isOf(self: Savepoint, arena: *const Self) bool {
            return self.owner == arena;
        }
    };

    pub const Growth = enum(u8) { fixed, double };

    /// The caller keeps `backing` alive.
    pub fn init(backing: Allocator, size: usize) ArenaError!Self {
        const buffer = backing.alloc(u8, size) catch return error.OutOfMemory;
        return Self{ .buffer = buffer };
    }

    pub fn alloc(
        self: *Self,
        comptime T: type,
        count: usize,
    ) ArenaError![]T {
        const start = std.mem.alignForward(usize, self.used, @alignOf(T));
        const end = start + count * @sizeOf(T);
        if (end > self.buffer.len) {
            return error.OutOfMemory;
        }
        self.used = end;
        return @as([*]T, @ptrCast(@alignCast(self.buffer.ptr + start)))[0..count];
    }

    // An ordinary comment counts as well.
    pub inline fn save(self: *const Self) Savepoint {
        return .{ .owner = self, .used = self.used };
    }

    pub fn restore(self: *Self, point: Savepoint) ArenaError!void {
        if (!point.isOf(self)) return ArenaError.WrongArena;
        self.used = point.used;
    }

    test "a savepoint of another arena is refused" {
        var other: Arena = undefined;
        var arena = try Arena.init(std.testing.allocator, 64);
        try std.testing.expectError(error.WrongArena, arena.restore(other.save()));
    }
};

/// A list that lives in an arena.
pub fn ArenaList(comptime T: type) type {
    return struct {
        items: []T = &.{},
        arena: *Arena,

        /// Appends one item.
        pub fn append(self: *@This(), item: T) !void {
            const grown = try self.arena.alloc(T, self.items.len + 1);
            @memcpy(grown[0..self.items.len], self.items);
            grown[self.items.len] = item;
            self.items = grown;
        }
    };
}

const Value = union(enum) {
    number: f64,
    text: []const u8,

    fn format(self: Value, writer: anytype) !void {
        switch (self) {
            .number => |number| try writer.print("{d}", .{number}),
            .text => |text| try writer.writeAll(text),
        }
    }
};

const Handle = opaque {};

pub extern "c" fn arena_reset(handle: *Handle) void;

export fn arena_used(handle: *Handle) callconv(.C) usize {
    const less = struct {
        fn call(_: void, a: usize, b: usize) bool {
            return a < b;
        }
    }.call;
    _ = less;
    return fromHandle(handle).used;
}

fn fromHandle(handle: *Handle) *Arena {
    return @ptrCast(@alignCast(handle));
}

comptime {
    std.debug.assert(@sizeOf(Arena) > 0);
}

test {
    std.testing.refAllDecls(@This());
}

test "lists grow in their arena" {
    var list = ArenaList(u32){ .arena = undefined };
    try list.append(3);
}
