package dev.sluice.browser;

import static java.time.temporal.ChronoUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Refusal;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/** A campaign manager's whole workflow in a browser, with all services. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class ConsolePageIT {
  @RegisterExtension static final WholePage PAGE = WholePage.own();

  @TempDir private Path folder;
  private final Browser browser = PAGE.browser();
  private final WhatsAppSimulator simulator = PAGE.simulator();

  @AfterEach
  void theBrowserHasNothingToComplainOf() {
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aCampaignIsCreatedFromACsvStartedPausedResumedAndAnswered() throws IOException {
    simulator.setReplied(0.2);
    PAGE.create("Spring offer", WholePage.csv(folder, 400, "Ana", "Jürgen \"J\""));
    browser.awaitText(".badge", "draft");
    browser.awaitText(".figure.pending dd", "400");
    browser.picture("campaign-draft");

    browser.start();
    browser.awaitText(".badge", "sending");
    int before = pending();
    browser.until().until(driver -> pending() < before);
    browser.picture("campaign-sending");
    browser.click("#pause");
    browser.awaitText(".badge", "paused");
    browser.awaitText(".reason", "Manually, on the page or through the API");
    browser.picture("campaign-paused");

    browser.click("#resume");
    browser.awaitText("#dialog h2", "Resume this campaign?");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "completed");
    browser.awaitText(".figure.pending dd", "0");
    browser.until().until(driver -> browser.count("delivered") == 400);
    browser.picture("campaign-completed");
    assertThat(simulator.report().duplicates()).isZero();

    browser.driver().navigate().refresh();
    browser.find("#chart canvas");
    browser.picture("campaign-reloaded");

    simulator.setReplied(0);
    browser.awaitText("#clicks", "Tell me more");
    browser.awaitText("section[aria-labelledby=replies] table", "Thanks! Until when is it?");
    browser.until().until(driver -> browser.count("replied") >= 40);
    assertThat(browser.count("replied")).isLessThanOrEqualTo(120);
    browser.pictures("campaign-replies");
    assertThat(browser.faults()).isEmpty();
    browser.type("input[name=number]", "+5521");
    browser.click("section[aria-labelledby=replies] .filter button");
    browser.awaitText("section[aria-labelledby=replies]", "No one");
  }

  @Test
  void aCampaignIsCancelledOnlyAfterAQuestion() throws IOException {
    PAGE.create("A mistake", WholePage.csv(folder, 600, "Ana"));
    browser.start();
    browser.awaitText(".badge", "sending");
    browser.click("#cancel");
    browser.awaitText("#dialog", "cannot be undone");
    browser.picture("dialog-cancel");
    browser.click("#dialog button[type=button]");
    assertThat(browser.find(".badge").getText()).isEqualTo("sending");

    browser.click("#cancel");
    browser.click("#dialog .danger");
    browser.awaitText(".badge", "cancelled");
    assertThat(browser.driver().findElements(By.cssSelector(".title button"))).isEmpty();
  }

  @Test
  void whoFailedIsSentToOnceMoreAndWhatWentWrongIsSaidInWords() throws IOException {
    simulator.setRefusals(List.of(Refusal.parse(".*0000[1-3]=131049")));
    PAGE.create("Once more", WholePage.csv(folder, 40, "Ana"));
    browser.start();
    browser.awaitText(".badge", "completed");
    browser.awaitText(".figure.failed dd", "3");
    browser.awaitText("table", "gets much marketing");
    browser.picture("campaign-failures");
    browser.click("select[name=status] option[value=FAILED]");
    browser.click("form[role=search] button");
    browser.until().until(driver -> rows().size() == 3);
    browser.type("section[aria-labelledby=people] input[name=search]", "0000-002");
    browser.click("form[role=search] button");
    browser.until().until(driver -> rows().size() == 1);
    browser.type("section[aria-labelledby=people] input[name=search]", "aNa");
    browser.click("form[role=search] button");
    browser.until().until(driver -> rows().size() == 3);
    browser.awaitText("section[aria-labelledby=people] tbody", "first_name: Ana");
    browser.picture("recipients-searched");

    assertThat(browser.find("section[aria-labelledby=errors]").getText()).contains("may help");
    assertThat(exported("section[aria-labelledby=errors] a[download]"))
        .hasSize(4)
        .first()
        .asString()
        .startsWith("phone,");

    simulator.setRefusals(List.of());
    String campaign = URI.create(browser.driver().getCurrentUrl()).getFragment();
    suppress("+5511960000002");
    browser.open("#" + campaign);
    browser.click("section[aria-labelledby=errors] button");
    browser.awaitText("#dialog", "To all recipients with this reason");
    browser.awaitText("#dialog", "1 recipient has opted out since then");
    browser.awaitText("#dialog .primary", "Send to 2 recipients");
    browser.click("#dialog .primary");
    browser.until().until(driver -> browser.count("failed") == 0 && browser.count("pending") == 0);
    browser.awaitText(".badge", "completed");
    assertThat(browser.find("main").getText()).contains("Resends\n1");
    lift("+5511960000002");
  }

  @Test
  void whoHasHadAsManyMessagesAsTheCapAllowsIsSkippedAndThePageSaysWhy() throws IOException {
    cap("1", "7");
    PAGE.create("Once", WholePage.csv(folder, 3, "Ana"));
    browser.start();
    browser.awaitText(".badge", "completed");
    PAGE.create("Once too often", WholePage.csv(folder, 4, "Ana"));
    browser.click("#start");
    browser.awaitText("#dialog", "3 recipients who have had as many messages lately");
    browser.awaitText("#dialog .primary", "Send to 1 recipient");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "completed");
    browser.awaitText(".figure.suppressed dd", "3");
    browser.awaitText("section[aria-labelledby=errors]", "The frequency cap skipped these people");
    browser.picture("campaign-capped");

    assertThat(exported("section[aria-labelledby=errors] a[download]"))
        .hasSize(4)
        .last()
        .asString()
        .contains("SUPPRESSED", "capped", "as the frequency cap allows");
    assertThat(browser.find("section[aria-labelledby=errors]").getText())
        .doesNotContain("Resend these");
    cap("", "");
  }

  private void cap(String messages, String days) {
    browser.open("#/senders");
    browser.click("button[aria-label='Edit brazil']");
    browser.type("#dialog input[name=capMessages]", messages);
    browser.type("#dialog input[name=capDays]", days);
    browser.click("#dialog .primary");
    if (messages.isEmpty()) {
      browser
          .until()
          .until(driver -> !browser.find("main").getText().contains("at most 1 in 7 days"));
    } else {
      browser.awaitText("main", "at most 1 in 7 days");
    }
  }

  @Test
  void aTemplateIsPickedFilledInTriedOutAndChanged() throws IOException {
    OrderTemplate.find(browser, "Order update", "brazil");
    browser.awaitText(".pick .badge", "high quality");
    browser.picture("template-picker");
    browser.click("select[name='template-status'] option[value=PAUSED]");
    browser.type("input[name=template-search]", "winter");
    browser.awaitText(".pick .badge.failed", "low quality");
    browser.click("select[name='template-status'] option[value=APPROVED]");
    browser.type("input[name=template-search]", "order");
    browser.awaitText("main", "1 template");
    OrderTemplate.pick(browser);
    browser.type("input[name='value-body.order']", "first_name");
    browser.type("input[name='value-button.0']", "first_name");
    browser.picture("template-form");
    assertThat(browser.faults()).isEmpty();
    browser.click("#next");
    browser.choose("input[name=file]", WholePage.csv(folder, 3, "Ana"));
    browser.awaitText(".bubble", "Hi Ana, your order Ana is on its way.");
    browser.toReview();
    browser.type("input[name=test-numbers]", "+55 11 97000-0001, +5511970000002");
    browser.click("#test-send");
    browser
        .until()
        .until(driver ->
            browser.find(".outcomes li:last-child").getText().matches("(?s).*(delivered|read)"));
    browser.picture("test-send");
    assertThat(browser.faults()).isEmpty();
    browser.click("#create");
    browser.awaitText("h1", "Order update");
    browser.awaitText(".figure.pending dd", "3");

    browser.click("#edit");
    browser.awaitText("h1", "Edit");
    assertThat(browser.find("input[name='value-body.order']").getAttribute("value"))
        .isEqualTo("first_name");
    browser.type("input[name=name]", "Order update, again");
    browser.createDraft();
    browser.awaitText("h1", "Order update, again");
    browser.awaitText(".badge", "draft");
  }

  @Test
  void aCampaignIsScheduledPutBackCopiedArchivedAndFoundAgain() throws IOException {
    PAGE.create("Mothers' Day", WholePage.csv(folder, 2, "Ana"));
    browser.click("#schedule");
    browser.set("#dialog input", "2099-05-10T09:30");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog .primary", "Schedule for 2 recipients");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "scheduled");
    browser.awaitText(".reason", "Starts automatically");
    browser.click("#toDraft");
    browser.awaitText(".badge", "draft");

    browser.click("#duplicate");
    browser.click("#dialog option[value=all]");
    browser.click("#dialog .primary");
    browser.awaitText("h1", "Mothers' Day (copy)");
    browser.awaitText(".figure.pending dd", "2");
    browser.click("#archive");
    browser.click("#dialog .primary");
    browser.awaitText(".reason", "Archived");

    browser.open("#/");
    browser.type("input[name=search]", "mothers' day");
    browser.until().until(driver -> found().equals(List.of("Mothers' Day")));
    browser.click("input[name=archived]");
    browser.until().until(driver -> found().equals(List.of("Mothers' Day (copy)", "Mothers' Day")));
    browser.picture("campaigns-found");
    browser.click("select[name=status] option[value=PAUSED]");
    browser.awaitText(".empty", "No campaigns match");
  }

  @Test
  void aSenderIsFoundAmongMoreThanTheFirstHundreds() throws IOException {
    asOwner(
        "INSERT INTO sluice.sender (id, address)"
            + " SELECT 'crowd-' || n, n FROM generate_series(1000, 1299) AS n");
    try {
      PAGE.create("Of the first sender", WholePage.csv(folder, 1, "Ana"));
      browser.open("#/");
      browser.until().until(driver -> offered("brazil").contains("brazil"));
      browser.type("input[name=senderId]", "owd-129");
      browser
          .until()
          .until(
              driver -> offered("crowd").size() == 10 && offered("crowd").contains("crowd-1299"));
      browser.type("input[name=senderId]", "crowd-12");
      browser.until().until(driver -> offered("crowd").size() == 100);
      browser.hold("search=crowd-1299");
      browser.find("input[name=senderId]").sendKeys("99");
      browser.awaitText(".empty", "No campaigns match");
      browser.awaitHeld(1);
      assertThat(typedBeforeTheAnswer("br")).isEqualTo("br");
      browser.release();
      browser.type("input[name=senderId]", "brazil");
      browser.until().until(driver -> found().contains("Of the first sender"));
    } finally {
      asOwner("DELETE FROM sluice.sender WHERE id LIKE 'crowd-%'");
    }
  }

  @Test
  void theReviewAndTheCampaignSayAtWhatTimeOfTheirsPeopleAreSentTo() throws IOException {
    ZoneId theirs = ZoneId.of("America/Sao_Paulo");
    String inTwoHours = LocalTime.now(theirs).plusHours(2).truncatedTo(MINUTES).toString();
    String words = inTwoHours + " in each recipient's time zone";
    browser.open("#/new");
    browser.type("input[name=name]", "In their time");
    browser.type("textarea[name=text]", "Hi {{first_name}}");
    browser.find("select[name=sender] option");
    browser.click("#next");
    browser.choose("input[name=file]", WholePage.csv(folder, 2, "Ana"));
    browser.awaitText(".report", "2 usable");
    browser.click("#next");
    browser.set("input[name=localTime]", inTwoHours);
    browser.picture("local-time");
    browser.click("#next");
    browser.awaitText("dl.pairs", words);
    browser.click("#create");
    browser.awaitText("h1", "In their time");
    browser.awaitText("main", words);
    browser.click("#start");
    browser.awaitText("#dialog", words);
    browser.awaitText("#dialog", "when the last time zone (America/Sao_Paulo) is done");
    browser.picture("review-local-time");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "sending");
    browser.awaitText(".reason", "Next: recipients in America/Sao_Paulo, from");
    browser.picture("campaign-next-zone");
    browser.click("#cancel");
    browser.click("#dialog .danger");
    browser.awaitText(".badge", "cancelled");
  }

  @Test
  void linesThatCannotBeUsedAreNamedAndThePreviewShowsTheFirstRow() throws IOException {
    Path file = WholePage.csv(folder, 3, "Jürgen \"J\", Müller");
    Files.writeString(file, Files.readString(file) + "12,nobody\n");
    browser.open("#/new");
    browser.type("input[name=name]", "With a bad line");
    browser.type("textarea[name=text]", "Hi {{first_name}} from {{city}}");
    browser.find("select[name=sender] option");
    browser.click("#next");
    browser.choose("input[name=file]", file);
    browser.awaitText(".bubble", "Hi Jürgen \"J\", Müller from {{city}}");
    browser.awaitText(".report", "Line 5:");
    assertThat(browser.find(".report").getText())
        .contains("3 usable")
        .contains("1 rejected")
        .contains("{{city}}");
    browser.picture("create");
    browser.createDraft();
    browser.awaitText("#dialog", "The message needs city");
    browser.click("#dialog .danger");
    browser.awaitText("h1", "With a bad line");
    browser.awaitText("#notes", "3 added, 0 duplicates, 1 rejected");
  }

  private void suppress(String phone) {
    browser.open("#/suppressions");
    browser.type("textarea[name=numbers]", phone);
    browser.click("form .actions button.primary");
    browser.awaitText(".report", "1 added");
  }

  private void lift(String phone) {
    browser.open("#/suppressions");
    browser.type("input[name=phone]", phone.replace("+55", "(0055) "));
    browser.click("form[role=search] button");
    browser.awaitText("tbody", phone);
    browser.picture("suppressions-found");
    browser.click("tbody button");
    browser.type("#dialog input[name=reason]", "asked for it on the phone");
    browser.click("#dialog .primary");
    browser.awaitText("#notes", phone + " will get messages again");
    browser.awaitText("main", "No one");
  }

  private int pending() {
    return browser.count("pending");
  }

  private static void asOwner(String statement) {
    try (Database owner = new Database(PAGE.owner(), 1, "test", new SimpleMeterRegistry())) {
      owner.sql().execute(statement);
    }
  }

  /** Types another sender before the held answer comes; returns what the field shows then. */
  private Object typedBeforeTheAnswer(String text) {
    return browser.asyncScript(
        """
        const [text, done] = arguments;
        const field = document.querySelector('input[name=senderId]');
        for (const typed of ['', text]) {
          field.value = typed;
          field.dispatchEvent(new Event('input'));
        }
        window.held.shift()(Response.json([{ id: 'crowd-1299' }]));
        setTimeout(() => done(field.value), 100);
        """,
        text);
  }

  /** Returns the senders that the filter offers. */
  private List<String> offered(String part) {
    return ((List<?>)
            browser.script(
                "return [...document.querySelectorAll('#senders option')].map((one) => one.value)"))
        .stream().map(String::valueOf).filter(id -> id.contains(part)).toList();
  }

  private List<String> found() {
    return browser.texts(".campaign strong");
  }

  /** Returns the lines of the file behind a link. */
  private List<?> exported(String css) {
    return (List<?>)
        browser.asyncScript(
            """
            const [css, done] = arguments;
            fetch(document.querySelector(css).href)
              .then((answer) => answer.text())
              .then((text) => done(text.trim().split('\\n')));
            """,
            css);
  }

  private List<?> rows() {
    return browser
        .driver()
        .findElements(By.cssSelector("section[aria-labelledby=people] tbody tr"));
  }
}
