package dev.sluice.cli;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Consoles shared by all tests of commands; they end with the JVM, as their servers do. */
final class TestConsole {
  static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  static final String MESSAGE = "{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}";

  private static final Console OPEN = console(Optional.empty());
  private static final Console GUARDED = console(Optional.of("0123456789abcdef"));

  private TestConsole() {}

  static Console open() {
    return OPEN;
  }

  /** Returns a console that asks for a token. */
  static Console guarded() {
    return GUARDED;
  }

  static JsonNode read(String path) {
    try (ConsoleClient client = new ConsoleClient("http://localhost:" + OPEN.port())) {
      return client.get(path);
    }
  }

  private static Console console(Optional<String> token) {
    return new Console(
        new ConsoleConfig(
            ENVIRONMENT.kafka(),
            ENVIRONMENT.as(ServiceRole.CONSOLE),
            0,
            token,
            Optional.empty(),
            WebhookConfig.NONE),
        new Health(),
        new SimpleMeterRegistry(),
        settings -> {});
  }
}
