package dev.sluice.console.access;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.Users;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import io.javalin.config.JavalinConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Consoles of people with names and roles. */
final class UsersFixture {
  static final String PASSWORD = "correct horse battery";
  static final String SENDER = "{\"address\":\"106540352242922\"}";
  private static final String TOKEN = "0123456789abcdef";

  private final TestEnvironment environment = TestEnvironment.create(1);
  private final Path file;

  /** Starts the servers, and writes a file of users there. */
  UsersFixture(Path folder) throws IOException {
    file =
        Files.writeString(
            folder.resolve("users"),
            """
            vera:viewer:%1$s
            abe:viewer,approve:%1$s
            mia:manager:%1$s
            max:manager:%1$s
            eve:manager:%1$s
            mallory:viewer:%1$s
            ada:manager,approve:%1$s
            otto:operator:%1$s
            oidc@example.org:operator
            """
                .formatted(PasswordHash.of(PASSWORD, 100_000)));
  }

  TestEnvironment environment() {
    return environment;
  }

  Path file() {
    return file;
  }

  /** Returns the users of the file, also by the header of a proxy. */
  Users behind(String proxy) {
    return new Users(
        Optional.of(file),
        Optional.of("X-Forwarded-User"),
        List.of(proxy),
        Optional.empty(),
        false);
  }

  ConsoleConfig config(Users users) {
    return ConsoleConfig.of(environment.kafka(), environment.as(ServiceRole.CONSOLE))
        .withAccess(Optional.of(TOKEN), Optional.empty(), WebhookConfig.NONE)
        .withUsers(users);
  }

  /** Starts a console with a sender. */
  Console console(Users users) {
    return console(users, settings -> {});
  }

  /** Starts a console with a sender and with more settings. */
  Console console(Users users, Consumer<JavalinConfig> more) {
    Console console = new Console(config(users), new Health(), new SimpleMeterRegistry(), more);
    service(console).send("PUT", "/api/senders/brazil", SENDER);
    return console;
  }

  /** Returns a service, which has the token. */
  static Visitor service(Console console) {
    return Visitor.of(console).with("Authorization", "Bearer " + TOKEN);
  }
}
