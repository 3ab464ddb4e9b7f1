package dev.sluice.cli;

import tools.jackson.databind.JsonNode;

/** What the console could not check in time before it did something. */
final class Unchecked {
  private Unchecked() {}

  /** Warns of it, beside the answer, which scripts read. */
  static void warn(ConsoleOptions console, JsonNode answer) {
    if (answer.path("unchecked").asBoolean(false)) {
      console.warn(
          "not all recipients could be looked through in time: whoever lacks a variable of the"
              + " message fails and gets nothing");
    }
    if (answer.path("templateUnchecked").asBoolean(false)) {
      console.warn(
          "the provider did not list the templates in time: if the message does not fit its"
              + " template, the provider refuses it");
    }
  }
}
