package dev.sluice.runtime.database;

/** The database roles of the services that read and write rows; the worker has none. */
public enum ServiceRole {
  PRODUCER("sluice_producer"),
  AGGREGATOR("sluice_aggregator"),
  CONSOLE("sluice_console");

  private final String roleName;

  ServiceRole(String roleName) {
    this.roleName = roleName;
  }

  /** Returns the role's name in PostgreSQL. */
  public String roleName() {
    return roleName;
  }
}
