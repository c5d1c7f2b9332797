// Package cache keeps values for a while.
package cache

import (
	"sync"
	"time"
)

const defaultTTL = time.Minute

// ErrMissing says that a key is not there.
var ErrMissing = errors.New("missing")

// Store keeps values until they expire.
type Store[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]entry[V]
	clock   *Clock
}

type (
	// Clock tells the time.
	Clock interface {
		// Now is the present moment.
		Now() time.Time
		Sleep(time.Duration)
	}

	entry[V any] struct {
		value V
		until time.Time
	}
)

type Handler func(w http.ResponseWriter) error

type Alias = Store[string, int]

// New makes an empty store.
func New[K comparable, V any](clock Clock) *Store[K, V] {
	return &Store[K, V]{entries: make(map[K]entry[V]), clock: clock}
}

// Get returns the value of a key.
//
// It never blocks for long.
func (s *Store[K, V]) Get(
	key K,
) (V, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.entries[key]; ok && s.live(found) {
		return found.value, nil
	}
	var zero V
	return zero, ErrMissing
}

func (s *Store[K, V]) live(e entry[V]) bool { return s.clock.Now().Before(e.until) }

func (Store[K, V]) String() string { return "store" }

// Close without a name for its receiver.
func (*Clock) Close() {}

//go:linkname nanotime runtime.nanotime
func nanotime() int64

func sweep(every time.Duration) {
	go func() {
		for range time.Tick(every) {
			cleanup := func() { expire(Options{Hard: true}) }
			cleanup()
		}
	}()
}

/*
init runs first.
*/
func init() {
	register("cache", cachetest.Factory{})
}
