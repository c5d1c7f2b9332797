/*
 * Licensed under the Apache License 2.0.
 */
package org.example.ledger;

import java.util.*;

/**
 * Keeps accounts and their entries.
 */
@Service
@SuppressWarnings({"unchecked", "rawtypes"})
public final class Ledger<T extends Account> extends BaseLedger implements Iterable<T>, Closeable {
  private static final int LIMIT = 10; // entries
  private final Map<String, T> accounts = new HashMap<>();

  static {
    Registry.register(Ledger.class);
  }

  /** Opens a ledger. */
  @Inject
  public Ledger(@Named("store") Store store) {
    super(store);
  }

  /**
   * Finds an account.
   *
   * @param id of the account
   */
  @Override
  // A comment between annotation and signature.
  @Nullable
  public <R> Optional<T> find(String id, Function<? super T, R> map) throws LedgerException {
    return Optional.ofNullable(accounts.get(id)).filter(T::isOpen);
  }

  abstract void audit();

  public Iterator<T> iterator() {
    return new Iterator<T>() {
      @Override
      public boolean hasNext() {
        return false;
      }

      public T next() { throw new NoSuchElementException(); }
    };
  }

  /** The state of an account. */
  enum State {
    OPEN,
    CLOSED {
      @Override
      boolean writable() { return false; }
    };

    boolean writable() {
      return true;
    }
  }

  record Entry(String id, long cents) {
    Entry {
      Objects.requireNonNull(id);
    }

    static Entry parse(String text) {
      Runnable log = () -> System.out.println(text);
      log.run();
      return new Entry(text, Long.parseLong(text));
    }
  }

  @interface Audited {
    String by() default "";
  }

  interface Visitor<R> extends Consumer<R> {
    // Visits one entry.
    R visit(Entry entry);
    default void done() {}
  }
}
