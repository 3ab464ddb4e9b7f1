package dev.sluice.browser;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.cli.HealthEndpoint;
import dev.sluice.console.Console;
import dev.sluice.console.WebhookConfig;
import dev.sluice.demo.LocalPipelineConfig;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The page with all services behind it, opened for the first test class of a JVM that uses it and
 * closed with the JVM. Its classes have a lock, with which they run one after another. One that
 * takes long has services of its own instead.
 */
final class WholePage implements BeforeAllCallback, TestWatcher {
  static final String LOCK = "WholePage";

  private final boolean shared;
  private @Nullable ServedPage opened;

  private WholePage(boolean shared) {
    this.shared = shared;
  }

  /** Returns the one of all test classes with the lock. */
  static WholePage shared() {
    return new WholePage(true);
  }

  /** Returns one of a test class alone, closed after it. */
  static WholePage own() {
    return new WholePage(false);
  }

  private static ServedPage open() {
    TestEnvironment environment = ServedPage.newTestEnvironment();
    try (Database database =
        new Database(environment.database(), 1, "test", new SimpleMeterRegistry())) {
      database
          .sql()
          .execute(
              "INSERT INTO sluice.opt_out (name, reason)"
                  + " VALUES ('BR.' || repeat('1502576394655843', 8), 'opt-out message')");
    }
    ServedPage page =
        new ServedPage(
            environment,
            url ->
                SimulatorConfig.friendly(1_000)
                    .withLatency(Duration.ofMillis(20), Duration.ofMillis(60))
                    .withReceipts(
                        ReceiptConfig.to(URI.create(url + "/webhooks/whatsapp"), "app-secret")),
            config ->
                config
                    .withWebhooks(
                        new WebhookConfig(Optional.of("app-secret"), Optional.empty(), List.of()))
                    .withFlushInterval(Duration.ofSeconds(2)));
    try (ConsoleClient client = new ConsoleClient(page.url())) {
      client.put(
          "/api/senders/brazil",
          Map.of(
              "address",
              "106540352242922",
              "ratePerSecond",
              60,
              "dailyLimit",
              100_000,
              "account",
              "102290129340398"));
    }
    return page;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (!shared) {
      opened =
          context
              .getStore(ExtensionContext.Namespace.GLOBAL)
              .computeIfAbsent(this, key -> open(), ServedPage.class);
      return;
    }
    if (AnnotationSupport.findRepeatableAnnotations(
            context.getRequiredTestClass(), ResourceLock.class)
        .stream()
        .noneMatch(lock -> lock.value().equals(LOCK))) {
      throw new IllegalStateException(context.getDisplayName() + " lacks the lock " + LOCK);
    }
    opened =
        context
            .getStore(StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.GLOBAL)
            .computeIfAbsent(WholePage.class, key -> open(), ServedPage.class);
  }

  @Override
  public void testFailed(ExtensionContext test, @Nullable Throwable cause) {
    new LastSight(this::browser).testFailed(test, cause);
  }

  Browser browser() {
    return Objects.requireNonNull(opened).browser();
  }

  WhatsAppSimulator simulator() {
    return Objects.requireNonNull(opened).simulator();
  }

  DatabaseConfig owner() {
    return Objects.requireNonNull(opened).environment().owner();
  }

  /** Opens another console of the same pipeline, in Brazil and with more settings. */
  Console console(UnaryOperator<LocalPipelineConfig> more) {
    TestEnvironment environment = Objects.requireNonNull(opened).environment();
    LocalPipelineConfig config =
        more.apply(
            LocalPipelineConfig.of(
                    environment.kafka(), environment.database(), simulator().url(), 1, 0)
                .withConsole(Optional.empty(), Optional.of("BR"), WebhookConfig.NONE)
                .withHost("localhost"));
    Health health = new Health();
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    return new Console(
        config.console().withWhatsApp(config.provider()),
        health,
        meters,
        settings -> HealthEndpoint.add(settings, health, meters));
  }

  void create(String name, Path csv) {
    browser().open("#/new");
    browser().type("input[name=name]", name);
    browser().find("select[name=sender] option");
    browser().click("#next");
    browser().choose("input[name=file]", csv);
    // It moves the buttons below it.
    browser().find(".report");
    browser().createDraft();
    browser().awaitText("h1", name);
  }

  /** Writes a CSV file of people with these first names in turn. */
  static Path csv(Path folder, int people, String... names) throws IOException {
    StringBuilder text = new StringBuilder("phone,first_name\n");
    for (int i = 1; i <= people; i++) {
      String name = names[(i - 1) % names.length].replace("\"", "\"\"");
      text.append("+551196%07d,\"%s\"%n".formatted(i, name));
    }
    return Files.writeString(folder.resolve("people.csv"), text);
  }
}
