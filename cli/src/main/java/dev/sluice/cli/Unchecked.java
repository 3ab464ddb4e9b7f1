package dev.sluice.cli;

import tools.jackson.databind.JsonNode;

/** The checks that the console could not finish in time before a change. */
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
