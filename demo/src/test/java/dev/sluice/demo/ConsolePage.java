package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * The page of a console with a sender and no other service, in a browser, for the tests of a class.
 * No test may make the browser complain of anything but refusals.
 */
final class ConsolePage
    implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, TestWatcher {
  private final UnaryOperator<ConsoleConfig> change;
  private final Closer closer = new Closer();
  private @Nullable TestEnvironment environment;
  private @Nullable ConsoleClient client;
  private @Nullable Browser browser;

  ConsolePage() {
    this(config -> config);
  }

  /** Creates the page of a console that is configured otherwise. */
  ConsolePage(UnaryOperator<ConsoleConfig> change) {
    this.change = change;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    environment = TestEnvironment.create(1);
    Console console =
        closer.register(
            new Console(
                change.apply(ConsoleConfig.of(environment.kafka(), environment.database())),
                new Health(),
                new SimpleMeterRegistry(),
                settings -> {}));
    String url = "http://localhost:" + console.port();
    client = closer.register(new ConsoleClient(url));
    client.put("/api/senders/brazil", Map.of("address", "106540352242922"));
    browser = closer.register(new Browser(url));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(browser().complaints())
        .allMatch(line -> line.contains("400") || line.contains("409"));
  }

  @Override
  public void testFailed(ExtensionContext test, @Nullable Throwable cause) {
    new LastSight(this::browser).testFailed(test, cause);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    closer.close();
  }

  ConsoleClient client() {
    return Objects.requireNonNull(client);
  }

  Browser browser() {
    return Objects.requireNonNull(browser);
  }

  KafkaConfig kafka() {
    return Objects.requireNonNull(environment).kafka();
  }

  /** Runs a statement as the owner of the tables. */
  void sql(String statement) {
    try (Database owner =
        new Database(
            Objects.requireNonNull(environment).owner(), 1, "test", new SimpleMeterRegistry())) {
      owner.sql().execute(statement);
    }
  }

  /** Begins a campaign with this message. */
  void write(String text) {
    browser().open("#/new");
    browser().type("input[name=name]", "From a file");
    browser().type("textarea[name=text]", text);
    browser().find("select[name=sender] option");
  }

  /** Begins a campaign and goes on to its recipients. */
  void recipientsOf(String text) {
    write(text);
    browser().click("#next");
  }
}
