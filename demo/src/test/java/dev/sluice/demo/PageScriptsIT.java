package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.console.http.PageTexts;
import dev.sluice.providers.whatsapp.TemplateFit;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.OptOutReason;
import dev.sluice.schema.StatusReasons;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Tests functions of the page's scripts, some of which must agree with the services. */
@EnabledIf("dev.sluice.demo.Browser#isThere")
@Tag(WholePage.TAG)
class PageScriptsIT {
  @RegisterExtension static final WholePage PAGE = new WholePage();

  private final Browser browser = PAGE.browser();

  /** It asks for this icon where a document names none. */
  @AfterEach
  void theBrowserComplainsOfNothingElseThanALackOfAnIcon() {
    browser.speak("en-US");
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
          browser
              .driver()
              .executeAsyncScript(
                  """
                  const [text, done] = arguments;
                  import('/placeholders.js').then((page) =>
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
        browser
            .driver()
            .executeAsyncScript(
                """
                const [wanted, columns, chosen, done] = arguments;
                import('/columns.js').then((page) => {
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
            browser
                .driver()
                .executeAsyncScript(
                    """
                    const [from, seconds, windowStart, windowEnd, timeZone, done] = arguments;
                    import('/sendinghours.js').then(({ end }) =>
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
            browser
                .driver()
                .executeAsyncScript(
                    """
                    const [first, second, windowStart, windowEnd, done] = arguments;
                    const zones = [
                      { at: '2026-06-01T08:00:00Z', recipients: first },
                      { at: '2026-06-01T10:00:00Z', recipients: second },
                    ];
                    import('/review.js').then(({ sentBy }) =>
                      done(sentBy(Date.parse('2026-06-01T07:00:00Z'), zones, 1, { windowStart, windowEnd, timeZone: 'UTC' })));
                    """,
                    first,
                    second,
                    start,
                    end))
        .isEqualTo(Instant.parse(expected).toEpochMilli());
  }

  /** What others have written, such as a provider's own words, stays as it is. */
  @ParameterizedTest
  @MethodSource("reasons")
  void theServicesReasonsAreSaidInTheReadersLanguage(String reason, String german) {
    browser.speak("de");
    openNothingButScripts();

    assertThat(
            browser
                .driver()
                .executeAsyncScript(
                    """
                    const [reason, done] = arguments;
                    import('/reasons.js').then(({ reasonWords }) => done(reasonWords(reason)));
                    """,
                    reason))
        .isEqualTo(german);
  }

  static Stream<Arguments> reasons() {
    return Stream.of(
        arguments(
            StatusReasons.dailyLimit(100_000),
            "Der Absender hat in 24 Stunden an 100.000 Personen geschrieben, sein Tageslimit. Die"
                + " Kampagne läuft von selbst weiter, eine Stunde nachdem diese aus den 24 Stunden"
                + " fallen."),
        arguments(
            StatusReasons.blockedSender("131031: locked"),
            "Der Absender ist gesperrt: 131031 (Das Konto ist gesperrt.): locked"),
        arguments(
            StatusReasons.blockedSender("2: " + StatusReasons.providerDown("HTTP 503")),
            "Der Absender ist gesperrt: der Anbieter scheint ausgefallen zu sein: HTTP 503"),
        arguments(
            "no answer since 12:34:56 UTC: 7 sent meanwhile",
            "kaum eine Antwort des Anbieters seit 12:34:56 UTC: 7 sent meanwhile"),
        arguments(
            "unknown_provider: " + StatusReasons.unknownProvider("sms"),
            "ein Worker kennt keinen Anbieter „sms“"),
        arguments(
            StatusReasons.hoursOver("09:00-20:00 America/Sao_Paulo"),
            "Außerhalb der Sendezeiten (09:00 bis 20:00, America/Sao_Paulo)"),
        arguments(
            StatusReasons.fault("value too long"), "Sie kann nicht weiterlaufen: value too long"),
        arguments(
            "requested by worker: " + StatusReasons.refusedCampaign("132015") + ": it is paused",
            "Automatisch: der Anbieter lehnt die Kampagne ab mit 132015 (Die Vorlage wurde"
                + " angehalten, weil sie Menschen missfiel.): it is paused"),
        arguments(
            "requested by worker: " + StatusReasons.refusedInARow(10, "135000") + ": error",
            "Automatisch: 10 nacheinander wurden abgelehnt mit 135000 (Der Anbieter hat die"
                + " Nachricht abgelehnt, ohne zu sagen, warum.): error"),
        arguments(
            "requested by worker: " + StatusReasons.notPreparedInARow(10) + ": no file",
            "Automatisch: 10 nacheinander ließen sich nicht vorbereiten: no file"),
        arguments(
            "requested by the provider: "
                + StatusReasons.stoppedTemplate("PAUSED", "spring", "de_DE"),
            "Automatisch: der Anbieter hat die Vorlage spring (de_DE) angehalten"),
        arguments(
            StatusReasons.waitsForHours("requested by user:ana@10.0.0.7"),
            "Durch ana; wartet auf die Sendezeiten"),
        arguments("requested by api@10.0.0.7", "Von Hand, auf der Seite oder über die API"),
        arguments("requested by crm: wrong list", "Durch crm: wrong list"),
        arguments(misfit("BODY", "Hi {{1}}"), "Parameter im Text: 0, die Vorlage braucht aber 1"),
        arguments(
            "button 1 lacks its parameter; the template is not approved (PENDING)",
            "der Schaltfläche 1 fehlt ihr Parameter; die Vorlage ist nicht genehmigt (in Prüfung)"),
        arguments("anything else", "anything else"));
  }

  /** What a person gave as the reason stays as it was typed. */
  @ParameterizedTest
  @MethodSource("suppressed")
  void whyANumberGetsNothingIsSaidInTheReadersLanguage(String reason, String german) {
    browser.speak("de");
    openNothingButScripts();

    assertThat(
            browser
                .driver()
                .executeAsyncScript(
                    """
                    const [reason, done] = arguments;
                    import('/suppressedwords.js').then(({ suppressedWords }) => done(suppressedWords(reason)));
                    """,
                    reason))
        .isEqualTo(german);
  }

  static Stream<Arguments> suppressed() {
    return Stream.of(
        arguments("manual", "von Hand hinzugefügt"),
        arguments(OptOutReason.PREFERENCE, "hat Werbung beim Anbieter abgestellt"),
        arguments("opt-out message", "hat in einer Nachricht weitere abgelehnt"),
        arguments(OptOutReason.of(null), "hat sich beim Anbieter abgemeldet"),
        arguments(
            OptOutReason.of("130403"),
            "hat sich abgemeldet; der Anbieter hat eine Nachricht mit dem Fehler 130403 (%s) abgelehnt"
                .formatted(words("130403"))),
        arguments(
            "failed: 131026",
            "eine Nachricht schlug mit dem Fehler 131026 (%s) fehl".formatted(words("131026"))),
        arguments("failed: twice on the phone", "failed: twice on the phone"),
        arguments("manual work", "manual work"));
  }

  private static String words(String code) {
    return PageTexts.read("codes/de.json").path(code).asString();
  }

  private static String misfit(String part, String text) {
    JsonNode listed = Json.MAPPER.createArrayNode().addObject().put("type", part).put("text", text);
    return TemplateFit.misfits(
            Json.MAPPER.createArrayNode().add(listed), "POSITIONAL", Json.MAPPER.createArrayNode())
        .getFirst();
  }

  /** The console writes its refusals in English, with the names of the API and times of UTC. */
  @ParameterizedTest
  @MethodSource("refusals")
  void refusalsAreSaidInTheReadersLanguageAndTime(String refusal, String german) {
    browser.speak("de");
    browser
        .driver()
        .executeCdpCommand(
            "Emulation.setTimezoneOverride", Map.of("timezoneId", "America/Sao_Paulo"));
    browser.open("#/new");
    browser.find("h1");

    assertThat(
            browser
                .driver()
                .executeAsyncScript(
                    """
                    const [refusal, done] = arguments;
                    import('/problems.js').then(({ problemWords }) => done(problemWords(refusal)));
                    """,
                    refusal))
        .isEqualTo(german);
    browser.driver().executeCdpCommand("Emulation.setTimezoneOverride", Map.of("timezoneId", ""));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        arguments(
            "\"scheduledAt\" lies in the past: 2020-01-31T23:59:00Z.",
            "Die Startzeit liegt in der Vergangenheit: 31.01.2020, 20:59."),
        arguments(
            "Which column holds the phone numbers: \"home or work\" or \"mobile\"? Choose one with"
                + " \"phoneColumn\".",
            "In welcher Spalte stehen die Telefonnummern: \"home or work\" oder \"mobile\"? Wählen"
                + " Sie sie aus."),
        arguments(
            "\"priority\" must be between 1 and 100.",
            "Priorität: muss zwischen 1 und 100 liegen."),
        arguments("\"name\" is missing.", "Name: fehlt."),
        arguments(
            "\"map\" takes \"Ort\", which is no column. The first line reads: phone, Stadt.",
            "Spalten der Variablen: Ort ist keine Spalte der Datei. Ihre erste Zeile lautet: phone,"
                + " Stadt."),
        arguments(
            "\"name\" has 1201 characters of at most 1000.",
            "Name: hat 1.201 Zeichen, höchstens 1.000 sind erlaubt."),
        arguments(
            "\"to\" holds an invalid number: the phone number is too short.",
            "Nummern: eine ist unbrauchbar: die Telefonnummer ist zu kurz."),
        arguments(
            "\"message\" would be refused: a text parameter of button 0 is empty.",
            "Nachricht: der Anbieter würde sie ablehnen: ein Parameter ist leer (Schaltfläche 1)."),
        arguments(
            "\"message\" would be refused: \"text.body\" has 5000 characters of at most 4096.",
            "Nachricht: der Anbieter würde sie ablehnen: Text: 5.000 Zeichen, höchstens 4.096 sind"
                + " erlaubt."),
        arguments(
            "In the row that begins in line 7, a quotation mark opens a text that is not closed.",
            "Datensatz ab Zeile 7: ein Anführungszeichen öffnet einen Text, der nicht geschlossen"
                + " wird."),
        arguments(
            "ana is a viewer; this needs the role manager.",
            "ana hat die Rolle Nur lesen; dafür braucht es die Rolle Kampagnen."),
        arguments("\"fieldOfOurs\" is odd.", "\"fieldOfOurs\": is odd."),
        arguments("Anything else.", "Anything else."));
  }

  /** So that it learns who looks by then; only what ends early is a broken connection. */
  @Test
  void aLiveViewThatTheConsoleEndsAfterAWhileIsFollowedOnWithoutAWord() {
    browser.open("#/new");
    browser.find("h1");
    Object connections =
        browser
            .driver()
            .executeAsyncScript(
                """
                const [done] = arguments;
                const lasting = [60_000, 10];
                let now = Date.now();
                Date.now = () => now;
                window.fetch = async () =>
                  new Response(
                    new ReadableStream(
                      { pull(stream) { now += lasting.shift(); stream.close(); } },
                      { highWaterMark: 0 }));
                import('/api.js').then(({ follow }) => {
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
        browser
            .driver()
            .executeAsyncScript(
                """
                const [done] = arguments;
                XMLHttpRequest.prototype.send = function () {
                  Object.defineProperties(this, { status: { value: 200 }, responseText: { value: '<html>' } });
                  this.onload();
                };
                import('/api.js').then(({ upload }) =>
                  upload('/any', new File(['phone'], 'people.csv'), () => {}).catch((error) => done(error.message)));
                """);

    assertThat(said).asString().startsWith("Something other than the console answered");
  }
}
