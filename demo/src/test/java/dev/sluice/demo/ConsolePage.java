package dev.sluice.demo;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.Sandbox;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Optional;

/** The page of a console with a sender and no other service, in a browser. */
final class ConsolePage implements AutoCloseable {
  private final Closer closer = new Closer();
  private final Sandbox sandbox = Sandbox.create(1);
  private final ConsoleClient client;
  private final Browser browser;

  ConsolePage() {
    Console console =
        closer.register(
            new Console(
                new ConsoleConfig(
                    sandbox.kafka(),
                    sandbox.database(),
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    WebhookConfig.NONE),
                new Health(),
                new SimpleMeterRegistry(),
                settings -> {}));
    String url = "http://localhost:" + console.port();
    client = closer.register(new ConsoleClient(url));
    client.put("/api/senders/brazil", Map.of("address", "106540352242922"));
    browser = closer.register(new Browser(url));
  }

  ConsoleClient client() {
    return client;
  }

  Browser browser() {
    return browser;
  }

  /** Runs a statement as the owner of the tables. */
  void sql(String statement) {
    try (Database owner = new Database(sandbox.owner(), 1, "test", new SimpleMeterRegistry())) {
      owner.sql().execute(statement);
    }
  }

  /** Begins a campaign with this message. */
  void write(String text) {
    browser.open("#/new");
    browser.type("input[name=name]", "From a file");
    browser.type("textarea[name=text]", text);
    browser.find("select[name=sender] option");
  }

  /** Begins a campaign and goes on to its recipients. */
  void recipientsOf(String text) {
    write(text);
    browser.click("#next");
  }

  @Override
  public void close() {
    closer.close();
  }
}
