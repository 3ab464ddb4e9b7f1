package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.MessageTemplate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** Tests functions of the page's scripts, some of which must agree with the services. */
@EnabledIf("dev.sluice.demo.Browser#isThere")
class PageScriptsIT {
  @RegisterExtension static final WholePage PAGE = new WholePage();

  private final Browser browser = PAGE.browser();

  @AfterEach
  void theBrowserHasNothingToComplainOf() {
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void thePageAndTheProducerHaveOneGrammarForVariables() {
    browser.open("#/new");
    browser.find("h1");
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
    browser.open("#/new");
    browser.find("h1");

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
