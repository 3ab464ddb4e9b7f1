package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.schema.MessageTemplate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** Tests functions of the page's scripts, some of which must agree with the services. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
@ResourceLock(WholePage.LOCK)
class PageScriptsIT {
  @RegisterExtension static final WholePage PAGE = WholePage.shared();

  private final Browser browser = PAGE.browser();

  /** It asks for this icon where a document names none. */
  @AfterEach
  void theBrowserComplainsOfNothingElseThanALackOfAnIcon() {
    assertThat(browser.complaints()).allMatch(line -> line.contains("/favicon.ico"));
  }

  /** Opens a document of the console that can import the page's scripts, and shows none of it. */
  private void openNothingButScripts() {
    browser.open("placeholders.js");
  }

  @Test
  void thePageAndTheProducerHaveOneGrammarForVariables() {
    openNothingButScripts();
    for (String text :
        List.of(
            "{{a}}",
            "{{ First  Name }}",
            "{{Nu\u0301mero}}",
            "{{\u00a0a\u2003b\ufeff}}",
            "{a}",
            "{{a}}{{b}} {{a}}",
            "{{",
            "{{}}",
            "{{ }}",
            "{{{a}}}",
            "{{a}",
            "{a}}",
            "{{a{b}}",
            "{{a}}}",
            "}} {{",
            "{{a\nb}}",
            "{{\"x\"}}",
            "{{ação}}",
            "{{🎉}}")) {
      MessageTemplate template = new MessageTemplate(JsonNodeFactory.instance.stringNode(text));
      Object page =
          browser.asyncScript(
              browser.withModules()
                  + """
                  const [text, done] = arguments;
                  module('placeholders.js').then((page) =>
                    done([page.variables(text), page.broken(text) !== undefined]));
                  """,
              text);
      assertThat(page)
          .as(text)
          .isEqualTo(List.of(List.copyOf(template.variables()), template.problem().isPresent()));
    }
  }

  @ParameterizedTest
  @MethodSource("columns")
  void aVariableTakesTheColumnOfItsNameElseTheChosenOneElseTheOnlyOneAlike(
      List<String> wanted,
      List<String> columns,
      Map<String, String> chosen,
      Map<String, String> taken,
      List<List<String>> map) {
    openNothingButScripts();
    Object page =
        browser.asyncScript(
            browser.withModules()
                + """
                const [wanted, columns, chosen, done] = arguments;
                module('columns.js').then((page) => {
                  const taken = page.columnsOf(wanted, columns, chosen);
                  done([taken, page.mapOf(taken)]);
                });
                """,
            wanted,
            columns,
            chosen);

    assertThat(page).isEqualTo(List.of(taken, map));
  }

  static Stream<Arguments> columns() {
    Map<String, String> none = Map.of();
    return Stream.of(
        arguments(List.of("a", "b"), List.of("b"), none, Map.of("a", "", "b", "b"), List.of()),
        arguments(
            List.of("pais"),
            List.of("x", "\"País\":"),
            none,
            Map.of("pais", "\"País\":"),
            List.of(List.of("pais", "\"País\":"))),
        arguments(List.of("a"), List.of("A", "Á"), none, Map.of("a", ""), List.of()),
        arguments(
            List.of("a"),
            List.of("A", "Á"),
            Map.of("a", "Á"),
            Map.of("a", "Á"),
            List.of(List.of("a", "Á"))),
        arguments(List.of("a"), List.of("A"), Map.of("a", ""), Map.of("a", ""), List.of()),
        arguments(
            List.of("a"),
            List.of("A"),
            Map.of("a", "gone"),
            Map.of("a", "A"),
            List.of(List.of("a", "A"))),
        arguments(
            List.of("a", "A"),
            List.of("A"),
            none,
            Map.of("a", "A", "A", "A"),
            List.of(List.of("a", "A"), List.of("A", "A"))),
        arguments(List.of("?"), List.of("!"), none, Map.of("?", ""), List.of()),
        arguments(
            List.of("time_zone", "a:b"),
            List.of("x", "ab"),
            Map.of("time_zone", "x"),
            Map.of("time_zone", "", "a:b", ""),
            List.of()));
  }

  /** Includes windows over midnight, clock changes, and openings that the clocks skip. */
  @ParameterizedTest
  @CsvSource({
    "2026-06-01T15:00:00Z, 3600, 09:00:00, 20:00:00, America/Sao_Paulo, 2026-06-01T16:00:00Z",
    "2026-06-01T22:30:00Z, 3600, 09:00:00, 20:00:00, America/Sao_Paulo, 2026-06-02T12:30:00Z",
    "2026-06-01T15:00:00Z, 118800, 09:00:00, 20:00:00, America/Sao_Paulo, 2026-06-04T15:00:00Z",
    "2026-06-01T03:00:00Z, 18000, 22:00:00, 02:00:00, UTC, 2026-06-02T23:00:00Z",
    "2026-03-28T20:00:00Z, 72000, 09:00:00, 19:00:00, Europe/Berlin, 2026-03-30T17:00:00Z",
    "2026-10-24T20:00:00Z, 72000, 09:00:00, 19:00:00, Europe/Berlin, 2026-10-26T18:00:00Z",
    "2027-09-03T16:00:00Z, 144000, 00:00:00, 12:00:00, America/Santiago, 2027-09-07T08:00:00Z",
    "2027-03-26T11:00:00Z, 72000, 02:30:00, 12:00:00, Europe/Berlin, 2027-03-29T02:30:00Z",
    "2026-06-01T15:00:00Z, 7200, 12:00:00, 12:00:00, UTC, 2026-06-01T17:00:00Z",
    "2026-06-01T15:00:00Z, 3600, 09:00:00, 20:00:00, GMT-3, ",
    "2026-06-01T15:00:00Z, 1000000000, 09:00:00, 20:00:00, UTC, ",
  })
  void theEndOfACampaignKeepsToItsHours(
      String from, int seconds, String start, String end, String zone, @Nullable String expected) {
    openNothingButScripts();

    assertThat(
            browser.asyncScript(
                browser.withModules()
                    + """
                    const [from, seconds, windowStart, windowEnd, timeZone, done] = arguments;
                    module('sendinghours.js').then(({ end }) =>
                      done(end(Date.parse(from), seconds, { windowStart, windowEnd, timeZone })));
                    """,
                from,
                seconds,
                start,
                end,
                zone))
        .isEqualTo(expected == null ? null : Instant.parse(expected).toEpochMilli());
  }

  /** Also where a zone takes longer than until the next one, and where the hours end before it. */
  @ParameterizedTest
  @CsvSource({
    "3600, 100, , , 2026-06-01T10:01:40Z",
    "3600, 7200, , , 2026-06-01T12:00:00Z",
    "10800, 100, , , 2026-06-01T11:01:40Z",
    "3600, 3600, 08:00:00, 09:30:00, 2026-06-02T09:00:00Z",
  })
  void aCampaignWithALocalTimeEndsWhenItsLastZoneIsDone(
      int first, int second, @Nullable String start, @Nullable String end, String expected) {
    openNothingButScripts();

    assertThat(
            browser.asyncScript(
                browser.withModules()
                    + """
                    const [first, second, windowStart, windowEnd, done] = arguments;
                    const zones = [
                      { at: '2026-06-01T08:00:00Z', recipients: first },
                      { at: '2026-06-01T10:00:00Z', recipients: second },
                    ];
                    module('review.js').then(({ sentBy }) =>
                      done(sentBy(Date.parse('2026-06-01T07:00:00Z'), zones, 1, { windowStart, windowEnd, timeZone: 'UTC' })));
                    """,
                first,
                second,
                start,
                end))
        .isEqualTo(Instant.parse(expected).toEpochMilli());
  }

  /** So that it learns who looks by then; only what ends early is a broken connection. */
  @Test
  void aLiveViewThatTheConsoleEndsAfterAWhileIsFollowedOnWithoutAWord() {
    browser.open("#/new");
    browser.find("h1");
    Object connections =
        browser.asyncScript(
            browser.withModules()
                + """
                const [done] = arguments;
                const lasting = [60_000, 10];
                let now = Date.now();
                Date.now = () => now;
                window.fetch = async () =>
                  new Response(
                    new ReadableStream(
                      { pull(stream) { now += lasting.shift(); stream.close(); } },
                      { highWaterMark: 0 }));
                module('api.js').then(({ follow }) => {
                  const told = [];
                  const stop = follow('/any', () => {}, (up) => {
                    told.push(up);
                    if (!up) {
                      stop();
                      done(told);
                    }
                  });
                });
                """);

    assertThat(connections).isEqualTo(List.of(true, true, false));
  }

  @Test
  void whatAProxyAnswersInThePlaceOfTheConsoleEndsAnUpload() {
    browser.open("#/");
    browser.find("h1");
    Object said =
        browser.asyncScript(
            browser.withModules()
                + """
                const [done] = arguments;
                XMLHttpRequest.prototype.send = function () {
                  Object.defineProperties(this, { status: { value: 200 }, responseText: { value: '<html>' } });
                  this.onload();
                };
                module('api.js').then(({ upload }) =>
                  upload('/any', new File(['phone'], 'people.csv'), () => {}).catch((error) => done(error.message)));
                """);

    assertThat(said).asString().startsWith("Something other than the console answered");
  }
}
