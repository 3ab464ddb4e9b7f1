package dev.sluice.console.access;

import java.util.Locale;

/** A right that a route requires of its caller. */
enum Right {
  /** To see campaigns, recipients, senders and suppressions. */
  READ,
  /** To write, pause, cancel and resend campaigns, and to suppress numbers. */
  MANAGE,
  /** To start a campaign; with approval, a right of its own. */
  START,
  /** To change and unblock senders, and to lift suppressions. */
  OPERATE;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
