package dev.sluice.cli;

import static java.util.stream.Collectors.toSet;

import dev.sluice.schema.Json;
import dev.sluice.schema.ShortId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Tries a campaign's message out, and tells what becomes of it. */
@Command(
    name = "test",
    description =
        "Tries its message on a few numbers, counted nowhere, and says whether it arrived.",
    mixinStandardHelpOptions = true)
final class CampaignTestCommand implements Callable<Integer> {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Set<String> GOOD = Set.of("SENT", "DELIVERED", "READ");

  @Mixin private ConsoleOptions console = new ConsoleOptions();

  @Option(
      names = "--variable",
      paramLabel = "NAME=VALUE",
      defaultValue = "${env:SLUICE_TEST_VARIABLE}",
      description = "A variable of the message, repeatable (SLUICE_TEST_VARIABLE; none).")
  private @Nullable Map<String, String> variables;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "${env:SLUICE_TEST_WAIT:-30s}",
      description =
          "How long it waits for the messages to arrive; 0s does not (SLUICE_TEST_WAIT;"
              + " ${DEFAULT-VALUE}).")
  private Duration wait = Duration.ofSeconds(30);

  @Parameters(index = "0", paramLabel = "CAMPAIGN", description = CampaignCommands.ID)
  private ShortId campaign;

  @Parameters(index = "1..*", paramLabel = "NUMBER", arity = "1..*")
  private List<String> numbers = List.of();

  // picocli sets the campaign before it calls.
  @SuppressWarnings("NullAway.Init")
  CampaignTestCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    try (ConsoleClient client = console.client()) {
      ObjectNode test =
          client
              .post(
                  CampaignCommands.path(client.campaign(campaign)) + "/test",
                  Map.of("to", numbers, "variables", variables == null ? Map.of() : variables))
              .asObject();
      List<String> to = test.path("to").valueStream().map(JsonNode::asString).toList();
      console.tell(() -> console.line("on its way to %s", String.join(", ", to)));
      if (wait.isZero()) {
        console.print(test, () -> {});
        return 0;
      }
      JsonNode outcomes = follow(client, test.path("testId").asString(), to);
      test.set("outcomes", outcomes);
      console.print(test, () -> silent(to, outcomes));
      return to.size() == count(outcomes, GOOD) ? 0 : 1;
    }
  }

  /** Tells each change of what is known, until nothing more is expected or the time is over. */
  private JsonNode follow(ConsoleClient client, String testId, List<String> to)
      throws InterruptedException {
    long begun = System.nanoTime();
    Map<Integer, String> told = new HashMap<>();
    JsonNode outcomes = Json.MAPPER.createArrayNode();
    while (true) {
      outcomes = poll(client, testId, outcomes);
      for (JsonNode one : outcomes) {
        String status = one.path("status").asString("");
        if (!status.equals(told.put(one.path("number").asInt(), status))) {
          console.tell(() -> line(to, one));
        }
      }
      // A person who has received it may read it much later.
      boolean over = to.size() == outcomes.size() && count(outcomes, Set.of("SENT")) == 0;
      if (over || System.nanoTime() - begun >= wait.toNanos()) {
        return outcomes;
      }
      Thread.sleep(LOOK_EVERY);
    }
  }

  private static JsonNode poll(ConsoleClient client, String testId, JsonNode known) {
    try {
      return client.get("/api/tests/" + testId);
    } catch (ConsoleClient.UnavailableException e) {
      return known;
    }
  }

  private static long count(JsonNode outcomes, Set<String> statuses) {
    return outcomes
        .valueStream()
        .filter(one -> statuses.contains(one.path("status").asString("")))
        .count();
  }

  private void line(List<String> to, JsonNode outcome) {
    String code = outcome.path("errorCode").asString("");
    console.line(
        "%-16s  %s%s",
        to.get(outcome.path("number").asInt() - 1),
        console.status(outcome.path("status").asString(""), 0),
        code.isEmpty() ? "" : "  " + code + " " + outcome.path("words").asString(""));
  }

  private void silent(List<String> to, JsonNode outcomes) {
    Set<Integer> known =
        outcomes.valueStream().map(one -> one.path("number").asInt()).collect(toSet());
    for (int i = 0; i < to.size(); i++) {
      if (!known.contains(i + 1)) {
        console.line(
            "%-16s  nothing is known of it yet; see whether the workers run, and the sender",
            to.get(i));
      }
    }
  }
}
