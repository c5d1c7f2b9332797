// Copyright the Quarry authors.
#nullable enable
using System;
using System.Collections.Generic;
using static System.Math;

[assembly: InternalsVisibleTo("Scheduler.Tests")]

namespace Acme.Scheduling;

/// <summary>Runs when a job ends.</summary>
public delegate void JobEnded<in T>(object sender, T job) where T : Job;

/// <summary>
/// A moment and a length.
/// </summary>
[Serializable]
[StructLayout(LayoutKind.Auto, Size = 16)]
public readonly partial record struct Slot(DateTime Start, [property: Range(0, 24)] TimeSpan Length) : IComparable<Slot>
{
    public DateTime End => Start + Length;

    public int CompareTo(Slot other) => Start.CompareTo(other.Start);

    /// <summary>Moves a slot.</summary>
    public static Slot operator +(Slot slot, TimeSpan by) => slot with { Start = slot.Start + by };
    public static bool operator true(Slot slot) { return slot.Length > TimeSpan.Zero; }
    public static bool operator false(Slot slot) => !slot;
    public static explicit operator TimeSpan(Slot slot) => slot.Length;
}

public record Ticket(string Name);

internal enum State : byte
{
    Open = 1,
    [Obsolete] Closed,
}

public interface ISchedule<out T> : IEnumerable<T>, IDisposable where T : Job
{
    int Count { get; }

    /// <inheritdoc cref="Scheduler.Plan"/>
    T? Plan(string name, params object[] args);

    T Next() => throw new NotImplementedException();
}

/// <summary>Plans jobs.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed partial class Scheduler<T> : SchedulerBase<T>, Abstractions.ISchedule<T>
    where T : Job, new()
{
    private readonly Dictionary<string, T> jobs = new();
    private static readonly Func<T, bool> isOpen = job => job.State == State.Open;

    /// <summary>Raised at the end of a job.</summary>
    public event JobEnded<T>? Ended;

    public event EventHandler Changed
    {
        add { changed += value; }
        remove => changed -= value;
    }

    // Makes a scheduler.
    public Scheduler(IClock clock)
        : base(clock, nameof(Scheduler))
    {
        Ended += OnEnded;
    }

    static Scheduler() => Registry.Add<T>("default");

    ~Scheduler()
    {
        Dispose(false);
    }

    public string Name { get; init; } = "scheduler";

    /// <summary>How many are open.</summary>
    public int Count
    {
        get { return jobs.Values.Count(isOpen); }
        private set => throw new InvalidOperationException();
    }

    public T this[string name]
    {
        get => jobs[name];
        set => jobs[name] = value;
    }

    public T this[int index] => jobs.Values.ElementAt(index);

    #region Planning

    /// <summary>
    /// Plans a job.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public async Task<T?> PlanAsync<TArg>(string name, [CallerMemberName] string? caller = null, CancellationToken token = default)
        where TArg : notnull
    {
        await using var scope = await this.OpenAsync(token).ConfigureAwait(false);

        // Tries again and again.
        async Task<T?> Attempt(int left)
        {
            try { return await Runner.RunAsync<T>(name)!; }
            catch (Exceptions.TimeoutException e) when (left > 0) { logger?.Warn(e); }
            return left > 0 ? await Attempt(left - 1) : default;
        }

        static bool Known(string key) => key is { Length: > 0 };

        return Known(name) ? await Attempt(3) : new T[] { new() }.FirstOrDefault();
    }

    #endregion

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    void IDisposable.Dispose() { Dispose(true); GC.SuppressFinalize(this); }

#if NET6_0_OR_GREATER
    public void Run(ReadOnlySpan<char> name)
    {
        Execute(name.ToString());
    }
#else
    public void Run(string name) => Execute(name);
#endif

    [DllImport("kernel32.dll")]
    private static extern bool Beep(uint frequency, uint duration);

    partial void OnPlanned(T job);

    private class Comparer : IComparer<T>
    {
        public int Compare(T? a, T? b) => Comparer<string>.Default.Compare(a?.Name, b?.Name);
    }
}

public static class SchedulerExtensions
{
    public static bool IsIdle<T>(this Scheduler<T> scheduler) where T : Job, new() => scheduler.Count == 0;
}
