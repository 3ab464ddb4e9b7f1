package dev.sluice.console.http;

import java.util.IdentityHashMap;

/** Memory with a budget, to which each piece is charged once, however many users share it. */
final class SharedMemory {
  private final ByteBudget budget;
  private final IdentityHashMap<Object, Charge> charges = new IdentityHashMap<>();

  private static final class Charge {
    private final ByteBudget.Share share;
    private int users;

    private Charge(ByteBudget.Share share) {
      this.share = share;
    }
  }

  SharedMemory(ByteBudget budget) {
    this.budget = budget;
  }

  /**
   * Adds a user of a piece.
   *
   * @param piece identifies it
   * @return whether there is room for it; if not, there is nothing to give back
   */
  synchronized boolean take(Object piece, int bytes) {
    Charge charge = charges.get(piece);
    if (charge == null) {
      charge = new Charge(budget.share());
      if (!charge.share.grow(bytes)) {
        return false;
      }
      charges.put(piece, charge);
    }
    charge.users++;
    return true;
  }

  /** Removes a user of a piece; the last one gives back its room. */
  synchronized void giveBack(Object piece) {
    Charge charge = charges.get(piece);
    if (charge != null && --charge.users == 0) {
      charges.remove(piece);
      charge.share.close();
    }
  }
}
