package dev.sluice.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The query of an address: the parameters that are given, in this order. */
final class Query {
  private final List<String> parameters = new ArrayList<>();

  /** Options that are query parameters. */
  interface Part {
    void addTo(Query query);
  }

  static Query of(Part... parts) {
    Query query = new Query();
    for (Part part : parts) {
      part.addTo(query);
    }
    return query;
  }

  /** Adds a parameter, unless it has no value. */
  Query with(String name, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      parameters.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
    return this;
  }

  /** Adds a parameter only if it is true. */
  Query with(String name, boolean isSet) {
    return with(name, isSet ? "true" : null);
  }

  /** Adds what options say. */
  Query with(Part part) {
    part.addTo(this);
    return this;
  }

  /** Returns the path, with the query if there is any. */
  String after(String path) {
    return parameters.isEmpty() ? path : path + "?" + String.join("&", parameters);
  }
}
