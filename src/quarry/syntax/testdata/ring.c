/*
 * ring.c - a bounded queue of bytes
 *
 * Licensed under the Apache License 2.0.
 */
#include "ring.h"
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RING_MIN 16
#define RING_EMPTY(r) ((r)->head == (r)->tail)
/* The free bytes of a ring. */
#define RING_FREE(r) ((r)->size - ((r)->head - (r)->tail))
#define RING_EACH(r, c)                    \
  for (size_t i_ = (r)->tail;              \
       i_ != (r)->head && ((c) = at(r, i_), 1); \
       ++i_)

typedef unsigned char byte;

/* How a ring grows. */
typedef int (*ring_grow_fn)(struct ring *, size_t);

struct ring {
  byte *data; /* owned */
  size_t head, tail, size;
  struct { int reads; } stats;
};

typedef struct {
  int code;
} ring_error;

enum ring_state { RING_OPEN, RING_CLOSED };

union ring_word {
  int whole;
  char parts[4];
};

static struct ring shared_ring;

/* Documented prototypes are units of their own. */
int ring_write(struct ring *ring, const byte *data, size_t size);
int ring_undocumented(void);

// Makes an empty ring.
// The caller frees it.
RING_API struct ring *ring_new(size_t size)
{
  struct ring *ring = calloc(1, sizeof *ring);
  if (ring == NULL) return NULL;
  ring->data = malloc(size < RING_MIN ? RING_MIN : size);
  return ring;
}

static const char *(*find_name(int kind))(int) { return NULL; }

int
#if defined(_WIN32)
WINAPI
#endif
ring_read(struct ring *ring, byte *out, size_t size)
{
  size_t n = 0;
#ifdef RING_LOCKED
  if (lock(ring)) {
#else
  {
#endif
    while (n < size && !RING_EMPTY(ring)) out[n++] = pop(ring);
  }
  ring->ops->done(ring);
  return (int)n;
}

static void old_style(a, b)
  int a;
  char *b;
{
  memset(b, a, 1);
}

#ifdef __cplusplus
}
#endif
