package dev.sluice.console.http;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Api;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import io.javalin.Javalin;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemsTest {
  @Test
  void whoFindsNoConnectionFreeIsToldThatOthersUseThem() {
    try (Database one =
        new Database(TestEnvironment.create(1).database(), 1, "test", new SimpleMeterRegistry())) {
      Javalin server =
          Javalin.create(settings -> {
            new Problems().add(settings);
            settings.routes.post("/write", context -> one.sql().execute("SELECT 1"));
          });
      server.start(0);
      try {
        HttpResponse<byte[]> answer =
            one.sql().transactionResult(holding -> new Api(server.port()).post("/write", "", ""));

        assertProblem(answer, 503, "Too many requests use the database at once");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      } finally {
        server.stop();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/exception", "/error"})
  void whatNobodyExpectedIsAProblemThatTellsNothing(String path) {
    Javalin server =
        Javalin.create(settings -> {
          new Problems().add(settings);
          settings.routes.get(
              "/exception",
              context -> {
                throw new IllegalStateException("a secret");
              });
          settings.routes.get(
              "/error",
              context -> {
                throw new StackOverflowError("a secret");
              });
        });
    server.start(0);
    try {
      HttpResponse<byte[]> answer = new Api(server.port()).get(path);

      assertProblem(answer, 500, "The console made a mistake; its log says which.");
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain("secret");
    } finally {
      server.stop();
    }
  }
}
