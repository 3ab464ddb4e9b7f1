package dev.sluice.console.notification;

import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.StatusReasons;
import java.util.Locale;

/** The kind of an event: its own name, or {@link #FAULT} if a fault is the reason of a pause. */
enum Kind {
  STARTED,
  /** By a mere request, or because its sending hours are over. */
  PAUSED,
  /** Paused for any other reason: something has to be mended before it goes on. */
  FAULT,
  RESUMED,
  COMPLETED,
  CANCELLED;

  private static final String PREFIX = "campaign.";

  static Kind of(CampaignEvent event) {
    return switch (event.event()) {
      case STARTED -> STARTED;
      case PAUSED -> StatusReasons.planned(event.reason()) ? PAUSED : FAULT;
      case RESUMED -> RESUMED;
      case COMPLETED -> COMPLETED;
      case CANCELLED -> CANCELLED;
    };
  }

  /**
   * Returns the kind with this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Kind named(String name) {
    for (Kind kind : values()) {
      if (kind.text().equals(name)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "no kind of event, like completed or fault: \"" + name + "\"");
  }

  /** Returns the name by which it is chosen. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the {@code type} of what is posted. */
  String type() {
    return PREFIX + text();
  }
}
