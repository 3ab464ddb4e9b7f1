package dev.sluice.console.http;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A check that was left out before a request was carried out; its response reports it. */
public enum Unchecked {
  /** Whether recipients lack variables. */
  RECIPIENTS("unchecked"),
  /** Whether the message fits its template in the provider's list. */
  TEMPLATE("templateUnchecked");

  private final String member;

  Unchecked(String member) {
    this.member = member;
  }

  /** Notes that it was not checked. */
  public void note(Context context) {
    context.attribute(attribute(), true);
  }

  /** Returns the response to a request, with what was not checked. */
  public static Map<String, @Nullable Object> told(
      Context context, Map<String, ? extends @Nullable Object> answer) {
    Map<String, @Nullable Object> told = new LinkedHashMap<>(answer);
    for (Unchecked one : values()) {
      if (context.attribute(one.attribute()) != null) {
        told.put(one.member, true);
      }
    }
    return told;
  }

  private String attribute() {
    return "sluice." + member;
  }
}
