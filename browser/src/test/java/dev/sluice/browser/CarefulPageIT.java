package dev.sluice.browser;

import static java.time.temporal.ChronoUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What stops or warns a careless campaign manager, in a browser, with all services. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
@ResourceLock(WholePage.LOCK)
class CarefulPageIT {
  @RegisterExtension static final WholePage PAGE = WholePage.shared();

  private static final ZoneId THEIRS = ZoneId.of("America/Sao_Paulo");

  @TempDir private Path folder;
  private final Browser browser = PAGE.browser();

  /** A start of people with empty cells is refused before it is asked about. */
  @AfterEach
  void theBrowserComplainsOfNothingElseThanRefusals() {
    assertThat(browser.complaints()).allMatch(line -> line.contains("409"));
  }

  @Test
  void aStartAtATimeIsReviewedLikeOneByHandWhereverItIsSet() throws IOException {
    String night = tomorrow(LocalTime.of(3, 0));
    browser.open("#/new");
    browser.type("input[name=name]", "At three o'clock");
    browser.type("textarea[name=text]", "Hi {{first_name}}");
    browser.find("select[name=sender] option");
    browser.click("#next");
    browser.choose("input[name=file]", WholePage.csv(folder, 1_200, "Ana", "Bo"));
    browser.awaitText(".report", "1,200 usable");
    browser.click("#next");
    browser.set("input[name=scheduledAt]", night);
    browser.click("#next");
    browser.awaitText(".reason", "This is not a template");
    browser.click("#create");
    browser.awaitText("#dialog h2", "Schedule this campaign?");
    browser.awaitText("#dialog", "For 1,200 of 1,200 recipients it is night when it starts");
    browser.awaitText("#dialog", "3:00");
    browser.awaitText("#dialog", "in America/Sao_Paulo");
    browser.awaitText("#dialog", "For everyone else it fails (131047)");
    browser.awaitText("#dialog .primary", "Schedule for 1,200 (1.2 thousand) recipients");
    browser.picture("review-scheduled");
    assertThat(browser.faults()).isEmpty();
    browser.click("#dialog button[type=button]:not([name])");
    browser.find("#create");
    browser.click("#create");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "scheduled");

    browser.click("#reschedule");
    browser.set("#dialog input[name=at]", tomorrow(LocalTime.of(15, 0)));
    browser.click("#dialog .primary");
    browser.awaitText("#dialog h2", "Schedule this campaign?");
    assertThat(browser.find("#dialog").getText()).doesNotContain("it is night");
    browser.click("#dialog button[type=button]:not([name])");
    browser.awaitText(".badge", "scheduled");

    browser.click("#edit");
    browser.type("textarea[name=text]", "Hi there");
    browser.createDraft();
    browser.awaitText("#dialog", "it is night when it starts");
    browser.click("#dialog .primary");
    browser.awaitText(".bubble", "Hi there");
    browser.click("#toDraft");
    browser.awaitText(".badge", "draft");
  }

  /** As a field for it takes it, in this browser's time zone. */
  private static String tomorrow(LocalTime theirs) {
    return LocalDateTime.of(LocalDate.now(THEIRS).plusDays(1), theirs)
        .atZone(THEIRS)
        .withZoneSameInstant(ZoneId.systemDefault())
        .toLocalDateTime()
        .truncatedTo(MINUTES)
        .toString();
  }

  @Test
  void aTemplateIsShownInItsOwnWordsToWhoeverStartsItPersonByPerson() throws IOException {
    template("https://shop.example/orders/4711");
    assertThat(browser.find("fieldset.slot:last-of-type").getText())
        .contains("for example “4711”")
        .contains("Only what comes after https://shop.example/orders/ belongs here.");
    browser.awaitText(".press", "https://shop.example/orders/https://shop.example/orders/4711");
    browser.type("input[name='value-button.0']", "7-{{order}}");
    browser.awaitText(".slot .hint", "The link begins with https://shop.example/orders/");
    browser.click("#next");
    browser.choose("input[name=file]", orders("A-1", "https://shop.example/orders/A-2"));
    browser.awaitText(".press", "https://shop.example/orders/7-A-1");
    browser.click(".walk [name=after]");
    browser.awaitText(".bubble", "Hi Bo, your order https://shop.example/orders/A-2 is on its way");
    browser.awaitText(".walk", "2 of 2");
    browser.createDraft();
    browser.awaitText("h1", "Orders");
    browser.awaitText(".preview .bubble", "Hi Ana, your order A-1 is on its way.");
    browser.click("#start");
    browser.awaitText("#dialog .bubble", "Hi Ana, your order A-1 is on its way.");
    browser.awaitText("#dialog .bubble", "Reply STOP to hear no more");
    browser.awaitText("#dialog .press", "https://shop.example/orders/7-A-1");
    browser.click("#dialog .walk [name=after]");
    browser.awaitText("#dialog .walk", "Preview for +5511960000002");
    browser.awaitText("#dialog .bubble", "Hi Bo");
    browser.picture("review-template");
    assertThat(browser.find("#dialog").getText()).doesNotContain("This is not a template");
    assertThat(browser.faults()).isEmpty();
    browser.click("#dialog button[type=button]:not([name])");
  }

  @Test
  void whoHasAnEmptyCellInATemplatesColumnIsAskedAboutFromTheFileToTheStart() throws IOException {
    template("7");
    browser.click("#next");
    browser.choose("input[name=file]", orders("A-1", "", " "));
    browser.awaitText(".report", "{{order}} is empty for 2 recipients, who would fail");
    browser.toReview();
    browser.awaitText(".reason", "{{order}} is empty for 2 recipients");
    browser.click("#create");
    browser.awaitText("#dialog", "order (missing or empty for 2 recipients)");
    browser.click("#dialog .danger");
    browser.awaitText("h1", "Orders");
    browser.click("#start");
    browser.awaitText("#dialog", "2 recipients would fail and get nothing: order");
    browser.picture("review-empty");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog .danger", "Start without 2 of 3");
    browser.click("#dialog button[type=button]");
  }

  private void template(String button) {
    OrderTemplate.find(browser, "Orders", "brazil");
    OrderTemplate.pick(browser);
    browser.type("input[name='value-body.order']", "order");
    browser.click("select[name='source-button.0'] option[value=text]");
    browser.type("input[name='value-button.0']", button);
  }

  private Path orders(String... orders) throws IOException {
    StringBuilder text = new StringBuilder("phone,first_name,order\n");
    for (int i = 0; i < orders.length; i++) {
      text.append(
          "+551196000000%d,%s,%s%n".formatted(i + 1, List.of("Ana", "Bo", "Cy").get(i), orders[i]));
    }
    return Files.writeString(folder.resolve("orders.csv"), text);
  }

  @Test
  void whoFailedForAReasonIsSuppressedOnceTheNumberOfThemWasSeen() throws IOException {
    PAGE.simulator().setRefusals(List.of(Refusal.parse(".*77[0-9]{6}=131026")));
    Path file = folder.resolve("gone.csv");
    Files.writeString(
        file, "phone,first_name\n+5511977000001,Ana\n+5511977000002,Bo\n+5511966000003,Cy\n");
    PAGE.create("Not there", file);
    browser.start();
    browser.awaitText(".badge", "completed");
    PAGE.simulator().setRefusals(List.of());
    browser.awaitText("section[aria-labelledby=errors]", "Not on WhatsApp");
    browser.click("button[aria-label^='Suppress these']");
    browser.awaitText("#dialog", "get no messages from any campaign");
    browser.awaitText("#dialog .danger", "Suppress 2 numbers");
    browser.picture("suppress-failed");
    assertThat(browser.faults()).isEmpty();
    browser.click("#dialog .danger");
    browser.awaitText("#notes", "2 numbers were added to the suppressions");
    browser.open("#/suppressions");
    browser.awaitText("tbody", "a message failed with the code 131026");
  }
}
