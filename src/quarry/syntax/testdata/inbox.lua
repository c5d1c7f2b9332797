#!/usr/bin/env lua
--- Keeps the messages of one mailbox.
-- The comment of the file belongs to no function.

local M = {}

local json = require("json")
local defaults = { limit = 50, on_error = function(message) print(message) end }

---@class Message
---@field id integer
---@field subject string

---@param text string
---@return string
local function trim(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

-- Reads a mailbox from a file.
--
---@param path string where it lies
---@param options? { limit: integer }
---@return Inbox|nil, string|nil
function M.open(path, options)
  local file, err = io.open(path)
  if not file then
    return nil, err
  end
  local function next_line()
    return file:read("l")
  end
  local inbox = M.Inbox.new(options or defaults)
  for line in next_line do
    inbox:add(json.decode(trim(line)))
  end
  file:close()
  return inbox
end

M.Inbox = {}
M.Inbox.__index = M.Inbox

--[[
  Makes an empty inbox.
]]
M.Inbox.new = function(options)
  return setmetatable({ messages = {}, options = options }, M.Inbox)
end

function M.Inbox:add(message)
  table.insert(self.messages, message)
  self:emit("added", message)
end

-- This comment is too far away.

function M.Inbox:emit(event, ...) for _, listener in ipairs(self.listeners or {}) do listener(event, ...) end end

M.filters = {
  -- Messages that nobody has read.
  unread = function(message) return not message.read end,

  by_sender = function(name)
    return function(message)
      return message.from == name
    end
  end,

  short = function(message) return #message.subject < 20 end,

  ["has-files"] = function(message)
    return message.files and #message.files > 0
  end,

  nested = {
    deep = function(message)
      return M.filters.unread(message)
    end,
  },
}

--- Sends a message over the wire.
M.send = require("transport").lazy("send")
M.receive = require("transport").lazy("receive")

local count, first = 0, nil

local visit
visit = function(node)
  count = count + 1
  first = first or node
  vim.schedule(function()
    visit(node.next)
  end)
end

if os.getenv("DEBUG") then
  function M.dump()
    print(json.encode(M))
  end
end

return setmetatable(M, {
  __call = function(_, ...)
    return M.open(...)
  end,
})
