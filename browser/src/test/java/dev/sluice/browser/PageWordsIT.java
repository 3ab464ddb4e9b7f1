package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.console.http.PageTexts;
import dev.sluice.providers.whatsapp.TemplateFit;
import dev.sluice.schema.Json;
import dev.sluice.schema.OptOutReason;
import dev.sluice.schema.StatusReasons;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What the services say in English is said on the page in the reader's language. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
@ResourceLock(WholePage.LOCK)
class PageWordsIT {
  @RegisterExtension static final WholePage PAGE = WholePage.shared();

  private static Browser browser;

  @BeforeAll
  static void openInGermanAndInBrazil() {
    browser = PAGE.browser();
    browser.speak("de");
    zone("America/Sao_Paulo");
    browser.open("#/new");
    browser.find("h1");
  }

  @AfterAll
  static void theBrowserHasNothingToComplainOf() {
    browser.speak("en-US");
    zone("");
    assertThat(browser.complaints()).isEmpty();
  }

  private static void zone(String id) {
    browser.driver().executeCdpCommand("Emulation.setTimezoneOverride", Map.of("timezoneId", id));
  }

  /** Returns what this function of a script makes of a value. */
  private Object made(String script, String function, String of) {
    return browser.asyncScript(
        """
        const [script, name, of, done] = arguments;
        import(`/${script}.js`).then((page) => done(page[name](of)));
        """,
        script,
        function,
        of);
  }

  /** What others have written, such as a provider's own words, stays as it is. */
  @ParameterizedTest
  @MethodSource("reasons")
  void theServicesReasonsAreSaidInTheReadersLanguage(String reason, String german) {
    assertThat(made("reasons", "reasonWords", reason)).isEqualTo(german);
  }

  static Stream<Arguments> reasons() {
    return Stream.of(
        arguments(
            StatusReasons.dailyLimit(100_000),
            "Der Absender hat in 24 Stunden an 100.000 Personen geschrieben, sein Tageslimit. Die"
                + " Kampagne läuft etwa 25 Stunden nach diesen Nachrichten automatisch weiter."),
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
    assertThat(made("suppressedwords", "suppressedWords", reason)).isEqualTo(german);
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
    assertThat(made("problems", "problemWords", refusal)).isEqualTo(german);
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
}
