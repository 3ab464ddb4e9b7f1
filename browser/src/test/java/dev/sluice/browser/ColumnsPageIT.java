package dev.sluice.browser;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Json;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Which column of a recipients file gives what the message needs, in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class ColumnsPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private final Browser browser = PAGE.browser();

  @Test
  void columnsOfOtherNamesAreFoundOrChosenByTheirValues() {
    PAGE.recipientsOf("Oi {{nome}} de {{city}}");
    PAGE.choose(
        "Celular;Ort;Nóme;KdNr;Notiz\n+5511960000001;Rio;Ana;7;a\n+5511960000002;;Bia;8;b\n");
    browser.awaitText(".report", "No column gives {{city}}: no recipient would get the message.");
    browser.awaitText("select[name=column-nome] option:checked", "Nóme (Ana, Bia)");
    browser.awaitText("select[name=column-city] option:checked", "choose a column");
    browser.awaitText(".bubble", "Oi Ana de {{city}}");
    browser.picture("file-odd-names");
    browser.click("select[name=column-city] option[value=Ort]");
    browser.awaitText(".bubble", "Oi Ana de Rio");
    browser.awaitText(".report", "The column {{city}} is empty for 1 recipient.");
    assertThat(browser.find(".report").getText()).doesNotContain("No column gives");
    browser.click("select[name=external_id] option[value=KdNr]");
    browser
        .until()
        .until(driver -> browser.find(".taken .hint").getText().endsWith("keeps: Notiz"));
    browser.awaitText(".report", "2 usable");
    browser.picture("file-mapped");
    browser.createDraft();
    browser.awaitText("h1", "From a file");
    String id = browser.driver().getCurrentUrl().replaceFirst(".*/", "");
    assertThat(recipient(id, 0).path("externalId").asString()).isEqualTo("7");
    assertThat(recipient(id, 0).path("variables"))
        .isEqualTo(Json.MAPPER.readTree("{\"nome\":\"Ana\",\"city\":\"Rio\",\"Notiz\":\"a\"}"));

    PAGE.choose("phone,city,Name\n+5511960000003,Bahia,Eva\n");
    browser.awaitText(".report", "No column gives {{nome}}");
    browser.awaitText(".taken", "city (Bahia)");
    browser.click("select[name=column-nome] option[value=Name]");
    browser.click("section[aria-labelledby=import] .primary");
    browser.awaitText("section[aria-labelledby=import]", "1 added");
    assertThat(recipient(id, 2).path("variables"))
        .isEqualTo(Json.MAPPER.readTree("{\"nome\":\"Eva\",\"city\":\"Bahia\"}"));
  }

  private static JsonNode recipient(String campaign, int place) {
    return PAGE.client()
        .get("/api/campaigns/" + campaign + "/recipients")
        .at("/recipients/" + place);
  }

  /** A list whose options move keeps showing the one that counts. */
  @Test
  void columnsThatWereChosenAndCorrectedAreShownAsTheyCount() {
    PAGE.recipientsOf("Oi de {{city}}");
    PAGE.choose("phone,KdNr,Ort,Notiz\n+5511960000001,7,Rio,a\n");
    browser.click("select[name=column-city] option[value=KdNr]");
    browser.awaitText(".bubble", "Oi de 7");
    browser.click("select[name=column-city] option[value=Ort]");
    browser.click("select[name=external_id] option[value=KdNr]");
    browser.awaitText(".taken .hint", "keeps: Notiz");
    browser.awaitText(".report", "1 usable");
    browser.awaitText(".bubble", "Oi de Rio");
    assertThat(browser.find("select[name=column-city] option:checked").getText())
        .isEqualTo("Ort (Rio)");
    browser.click("select[name=external_id] option[value='']");
    browser.awaitText(".taken .hint", "keeps: KdNr, Notiz");
    browser.click("select[name=external_id] option[value=Notiz]");
    browser.awaitText(".taken .hint", "keeps: KdNr");
    browser.awaitText(".report", "1 usable");

    assertThat(browser.find("select[name=external_id] option:checked").getText())
        .isEqualTo("Notiz");
  }

  @Test
  void columnsOfLongNamesFitAPhone() {
    PAGE.recipientsOf("Oi {{" + "v".repeat(80) + "}} {{" + "w".repeat(80) + "}}");
    browser.resize(Browser.PHONE);
    PAGE.choose("phone," + "v".repeat(80) + "," + "x".repeat(80) + "\n+5511960000001,a,b\n");
    browser.find(".taken .hint");
    browser.awaitText(".report", "1 usable");
    browser.picture("file-long-names-phone");

    assertThat(
            browser.script(
                "return document.documentElement.scrollWidth"
                    + " - document.documentElement.clientWidth"))
        .isEqualTo(0L);
    browser.resize(Browser.DESKTOP);
  }

  /** Each is compared with each once in a look at the page, not once for each of the others. */
  @Test
  void manyColumnsAreComparedInProportionToTheVariables() {
    PAGE.recipientsOf("{{a1}} {{a2}} {{a3}} {{a4}} {{a5}} {{a6}}");
    String columns = IntStream.range(1, 61).mapToObj(i -> "A " + i).collect(joining(","));
    PAGE.choose("phone," + columns + "\n+5511960000001,x\n");
    browser.awaitText(".report", "1 usable");
    browser.script(
        """
        const { normalize } = String.prototype;
        window.compared = 0;
        String.prototype.normalize = function (form) {
          window.compared++;
          return normalize.call(this, form);
        };
        """);
    browser.click("select[name=column-a1] option[value='A 60']");

    assertThat((Long) browser.script("return window.compared")).isBetween(6L * 60, 20L * 6 * 60);
  }
}
