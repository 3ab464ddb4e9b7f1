package dev.sluice.console.suppression;

import static dev.sluice.console.WebhookFixture.value;
import static dev.sluice.console.suppression.Event.both;
import static dev.sluice.console.suppression.Event.id;
import static dev.sluice.console.suppression.Event.number;
import static dev.sluice.console.suppression.Event.resume;
import static dev.sluice.console.suppression.Event.stop;
import static dev.sluice.console.suppression.Event.word;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.WebhookFixture;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * What people said about wanting messages, after their numbers and ids have changed. Each history
 * is told in every order and always ends the same way.
 */
class ChangedNamesTest {
  private static final WebhookFixture FIXTURE = WebhookFixture.create();

  @AfterAll
  static void close() {
    FIXTURE.close();
  }

  static Stream<History> histories() {
    return Stream.of(
        History.of(
            "a stop goes along through two changes of the number",
            List.of(1, 2, 3),
            stop(1, null, 1),
            number(1, 2, 2),
            number(2, 3, 3)),
        History.of(
            "a STOP message does so too, and no resume lifts it",
            List.of(1, 2, 3),
            word(1, null, 1),
            number(1, 2, 2),
            number(2, 3, 3),
            resume(3, null, 4)),
        History.of(
            "a resume goes along as the stop before it does",
            List.of(),
            stop(1, null, 1),
            resume(1, null, 2),
            number(1, 2, 3),
            number(2, 3, 4)),
        History.of(
            "a resume between two changes lifts at the new number, not at the one that is left",
            List.of(1),
            stop(1, null, 1),
            number(1, 2, 2),
            resume(2, null, 3),
            number(2, 3, 4)),
        History.of(
                "a stop goes along a chain of ids to the number that all of them hide",
                List.of(1),
                stop(null, 1, 1),
                id(1, 2, 2),
                id(2, 3, 3))
            .knowing(1, 3),
        History.of(
                "a stop under the newest of three ids finds the number of the first",
                List.of(1),
                id(1, 2, 2),
                id(2, 3, 3),
                stop(null, 3, 4))
            .knowing(1, 1),
        History.of(
                "a resume under a new id lifts what was said under the first",
                List.of(),
                stop(null, 1, 1),
                id(1, 2, 2),
                id(2, 3, 3),
                resume(null, 3, 4))
            .knowing(1, 1),
        History.of(
                "a resume under a new id lifts what was said by number",
                List.of(),
                stop(1, null, 1),
                id(1, 2, 2),
                resume(null, 2, 3))
            .knowing(1, 1),
        History.of(
                "who resumed is not stopped again by the next change of the id",
                List.of(),
                stop(null, 1, 1),
                id(1, 2, 2),
                resume(null, 2, 3),
                id(2, 3, 4))
            .knowing(1, 3),
        History.of(
                "nor if it was by number, and the old id had the stop",
                List.of(),
                stop(null, 1, 1),
                resume(1, null, 2),
                id(1, 2, 3))
            .knowing(1, 1)
            .knowing(1, 2),
        History.of(
            "who has an old number now is not the one who left it: a stop stays there",
            List.of(1),
            both(1, 1, 2, 2, 1),
            stop(1, null, 2)),
        History.of(
                "nor a resume: what the old holder said has gone along",
                List.of(2),
                stop(1, 1, 1),
                both(1, 1, 2, 2, 2),
                resume(1, null, 3))
            .knowing(1, 1),
        History.of(
                "nor is the new holder the old one: a stop under the new id stays with the old one",
                List.of(2),
                both(1, 1, 2, 2, 1),
                stop(null, 2, 2))
            .knowing(1, 1),
        History.of(
                "a resume of the old holder leaves alone what the new one has said",
                List.of(1),
                stop(1, 1, 1),
                both(1, 1, 2, 2, 2),
                stop(1, null, 3),
                resume(null, 2, 4))
            .knowing(1, 1),
        History.of(
            "a stop of the new holder does not hide what the old one had said",
            List.of(1, 2),
            stop(1, null, 1),
            number(1, 2, 2),
            stop(1, null, 3)),
        History.of(
            "an id without a new one goes along with the number",
            List.of(2),
            new Event.Change(1, 1, 2, null, 1),
            stop(null, 1, 2)),
        History.of(
                "what was said under an id counts for a number that is told first with a new id",
                List.of(1, 2),
                stop(null, 1, 1),
                new Event.Change(null, 1, 2, 2, 2))
            .knowing(1, 1),
        History.of(
                "a stop that came along to a number goes on with the id that it hides behind",
                List.of(1, 2, 3),
                stop(1, null, 1),
                number(1, 2, 2),
                new Event.Change(null, 2, 3, 3, 3))
            .knowing(2, 2),
        History.of(
                "a resume under a new id lifts what came along to the number",
                List.of(1),
                stop(1, null, 1),
                number(1, 2, 2),
                id(2, 3, 3),
                resume(null, 3, 5))
            .knowing(2, 2),
        History.of(
            "a hidden number stays the same when its id changes",
            List.of(1),
            new Event.Change(1, 1, null, 2, 1),
            stop(null, 2, 2)),
        History.of(
            "a circle ends, and the wish is back where it was",
            List.of(1, 2),
            stop(2, null, 1),
            number(2, 1, 2),
            number(1, 2, 3)),
        History.of(
            "a resume after a circle lifts at the number that came back, not at those that are left",
            List.of(1, 3),
            stop(1, null, 1),
            number(1, 2, 2),
            number(2, 3, 3),
            number(3, 2, 4),
            resume(2, null, 5)),
        History.of(
                "a circle of ids",
                List.of(),
                stop(null, 1, 1),
                id(1, 2, 2),
                id(2, 1, 3),
                resume(null, 1, 4))
            .knowing(1, 2),
        History.of(
            "changes of the same second follow one another",
            List.of(1, 2, 3),
            stop(1, null, 2),
            number(1, 2, 2),
            number(2, 3, 2)),
        History.of(
                "who comes back to a number is known there by the id of before",
                List.of(1),
                number(1, 2, 2),
                number(2, 1, 4),
                stop(null, 1, 6))
            .knowing(1, 1),
        History.of(
            "a stop counts against a resume of the same second",
            List.of(1, 2),
            stop(1, null, 1),
            resume(1, null, 1),
            number(1, 2, 2)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("histories")
  void inWhicheverOrderItIsTold(History history) {
    Map<List<Event>, List<Integer>> told =
        history.told(FIXTURE.sql(), permutations(history.events()).toList());

    assertThat(told).hasSize(factorial(history.events().size()));
    told.forEach((order, suppressed) ->
        assertThat(suppressed).as("%s", order).isEqualTo(history.suppressed()));
  }

  @Test
  void whoTakesANumberOverAndLeavesItTakesNothingOfTheFormerHolder() {
    World world = World.in(FIXTURE.sql());
    stop(1, null, 1).tell(world);
    number(1, 2, 2).tell(world);
    number(1, 3, 9).tell(world);

    assertThat(world.suppressed(2)).isTrue();
    assertThat(world.suppressed(3)).isFalse();
  }

  @Test
  void aChangeThatIsToldLateTakesBackWhatAnotherHasTakenAlong() {
    World world = World.in(FIXTURE.sql());
    stop(1, null, 1).tell(world);
    number(1, 3, 9).tell(world);
    number(1, 2, 2).tell(world);

    assertThat(world.suppressed(2)).isTrue();
    assertThat(world.suppressed(3)).isFalse();
  }

  @Test
  void repeatingACallChangesNothing() {
    World world = World.in(FIXTURE.sql());
    List<Event> events = List.of(stop(1, null, 1), number(1, 2, 2), resume(2, null, 3));
    events.forEach(event -> event.tell(world));
    events.forEach(event -> event.tell(world));

    assertThat(world.suppressed()).containsExactly(1);
  }

  @Test
  void aStopAndANewIdInOneCallOfTheProvider() throws Exception {
    World world = World.in(FIXTURE.sql());
    String stop =
        "\"user_preferences\":[{\"user_id\":\"%s\",\"value\":\"stop\",\"timestamp\":1000}]"
            .formatted(world.id(1));
    String change =
        ("\"messages\":[{\"type\":\"system\",\"timestamp\":\"2000\",\"system\":{"
                + "\"type\":\"user_changed_user_id\",\"previous_user_id\":\"%s\",\"user_id\":\"%s\"}}]")
            .formatted(world.id(1), world.id(2));
    world.alias(1, 2);
    FIXTURE.post(value(change + "," + stop));

    assertThat(world.suppressed(1)).isTrue();

    World late = World.in(FIXTURE.sql());
    FIXTURE.post(
        value(
            ("\"messages\":[{\"from\":\"%s\",\"type\":\"system\",\"timestamp\":\"1000\",\"system\":{"
                    + "\"type\":\"user_changed_number\",\"wa_id\":\"%s\"}}],"
                    + "\"user_preferences\":[{\"wa_id\":\"%s\",\"value\":\"stop\",\"timestamp\":2000}]")
                .formatted(digits(late, 1), digits(late, 2), digits(late, 1))));
    assertThat(late.suppressed()).as("said after the number had been left").containsExactly(1);
  }

  @Test
  void aReceiptOfOursTellsAStopThatGoesAlong() throws Exception {
    World world = World.in(FIXTURE.sql());
    FIXTURE.post(
        value(
            ("\"messages\":[{\"from\":\"%s\",\"type\":\"system\",\"timestamp\":\"2000\",\"system\":{"
                    + "\"type\":\"user_changed_number\",\"wa_id\":\"%s\"}}],"
                    + "\"statuses\":[{\"id\":\"wamid.1\",\"status\":\"failed\",\"timestamp\":\"1000\","
                    + "\"biz_opaque_callback_data\":\"7d444840-9dc0-11d1-b245-5ffdce74fad2:1:1\","
                    + "\"recipient_id\":\"%s\",\"errors\":[{\"code\":131050}]}]")
                .formatted(digits(world, 1), digits(world, 2), digits(world, 1))));
    assertThat(world.suppressed(2)).isTrue();

    resume(2, null, 1).tell(world);
    assertThat(world.suppressed(2)).isFalse();
  }

  @Test
  void aWishThatCameAlongIsListedWithItsNumber() throws Exception {
    World world = World.in(FIXTURE.sql());
    stop(1, null, 1).tell(world);
    number(1, 2, 2).tell(world);

    String before = world.phone(2).substring(0, world.phone(2).length() - 1);
    JsonNode first = FIXTURE.api("/api/opt-outs?after=" + before.replace("+", "%2B")).path(0);
    assertThat(first.path("name").asString()).isEqualTo(world.phone(2));
    assertThat(first.path("phone").asString()).isEqualTo(world.phone(2));
  }

  private static String digits(World world, int phone) {
    return world.phone(phone).substring(1);
  }

  private static int factorial(int n) {
    return n == 0 ? 1 : n * factorial(n - 1);
  }

  private static Stream<List<Event>> permutations(List<Event> events) {
    return events.isEmpty()
        ? Stream.of(List.of())
        : events.stream()
            .flatMap(first ->
                permutations(events.stream().filter(event -> !event.equals(first)).toList())
                    .map(rest -> Stream.concat(Stream.of(first), rest.stream()).toList()));
  }
}
