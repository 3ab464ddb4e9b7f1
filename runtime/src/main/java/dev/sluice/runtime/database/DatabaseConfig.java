package dev.sluice.runtime.database;

import org.jspecify.annotations.Nullable;

/**
 * How to reach PostgreSQL.
 *
 * @param url a JDBC URL
 * @param user the role
 * @param password its password, or null if none is needed
 */
public record DatabaseConfig(String url, String user, @Nullable String password) {
  @Override
  public String toString() {
    return "DatabaseConfig[" + url + ", " + user + "]";
  }
}
