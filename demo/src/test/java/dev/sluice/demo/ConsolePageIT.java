package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.FreePort;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.Refusal;
import dev.sluice.local.Sandbox;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WindowType;

/** A campaign manager's whole work, in a browser, with every service behind it. */
@EnabledIf("browserIsThere")
class ConsolePageIT {
  private static final int PARTITIONS = 2;
  private static final Closer CLOSER = new Closer();
  private static WhatsAppSimulator simulator;
  private static Browser browser;

  @RegisterExtension
  static final TestWatcher LAST_SIGHT =
      new TestWatcher() {
        @Override
        public void testFailed(ExtensionContext test, @Nullable Throwable cause) {
          browser.picture("failed-" + test.getRequiredTestMethod().getName());
          System.out.println(browser.driver().findElement(By.tagName("body")).getText());
          System.out.println(browser.complaints());
        }
      };

  @TempDir private Path folder;

  /** The gate sets SLUICE_BROWSER_TESTS=required. */
  static boolean browserIsThere() {
    boolean there = Browser.installed();
    if (!there && "required".equals(System.getenv("SLUICE_BROWSER_TESTS"))) {
      throw new IllegalStateException("the page's tests need chromium and chromium-driver");
    }
    if (!there) {
      System.out.println("left out: the page's tests, as chromium and chromedriver are missing");
    }
    return there;
  }

  @BeforeAll
  static void start() {
    Sandbox sandbox = Sandbox.create(PARTITIONS);
    try (Database database =
        new Database(sandbox.database(), 1, "test", new SimpleMeterRegistry())) {
      database
          .sql()
          .execute(
              "INSERT INTO sluice.opt_out (name, reason)"
                  + " VALUES ('BR.' || repeat('1502576394655843', 8), 'opt-out message')");
    }
    int port = FreePort.next();
    URI webhook = URI.create("http://localhost:" + port + "/webhooks/whatsapp");
    simulator =
        CLOSER.register(
            new WhatsAppSimulator(
                SimulatorConfig.friendly(1_000)
                    .withLatency(Duration.ofMillis(20), Duration.ofMillis(60))
                    .withReceipts(ReceiptConfig.to(webhook, "app-secret"))));
    LocalPipeline pipeline =
        CLOSER.register(
            new LocalPipeline(
                LocalPipelineConfig.of(
                        sandbox.kafka(), sandbox.database(), simulator.url(), 1, port)
                    .withWebhooks(
                        new WebhookConfig(Optional.of("app-secret"), Optional.empty(), List.of()))
                    .withFlushInterval(Duration.ofSeconds(2)),
                new Health(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> pipeline.ready(PARTITIONS));
    try (ConsoleClient client = new ConsoleClient("http://localhost:" + port)) {
      client.put(
          "/api/senders/brazil",
          Map.of(
              "address",
              "106540352242922",
              "ratePerSecond",
              60,
              "dailyLimit",
              100_000,
              "account",
              "102290129340398"));
    }
    browser = CLOSER.register(new Browser("http://localhost:" + port));
  }

  @AfterAll
  static void stop() {
    CLOSER.close();
  }

  @AfterEach
  void theBrowserHasNothingToComplainOf() {
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aCampaignIsCreatedFromACsvStartedPausedResumedAndCompletes() throws IOException {
    create("Spring offer", csv(400, "Ana", "Jürgen \"J\""));
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
    browser.awaitText(".reason", "requested by");
    browser.picture("campaign-paused");

    browser.click("#resume");
    browser.awaitText(".badge", "completed");
    browser.awaitText(".figure.pending dd", "0");
    browser.until().until(driver -> count("delivered") == 400);
    browser.picture("campaign-completed");
    assertThat(simulator.report().duplicates()).isZero();
  }

  @Test
  void aCampaignIsCancelledOnlyAfterAQuestion() throws IOException {
    create("A mistake", csv(600, "Ana"));
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
    create("Once more", csv(40, "Ana"));
    browser.start();
    browser.awaitText(".badge", "completed");
    browser.awaitText(".figure.failed dd", "3");
    browser.awaitText("table", "gets much marketing");
    browser.picture("campaign-failures");
    browser.click("select[name=status] option[value=FAILED]");
    browser.click("form[role=search] button");
    browser.until().until(driver -> rows().size() == 3);

    assertThat(browser.find("section[aria-labelledby=errors]").getText()).contains("can help");
    assertThat(exported("section[aria-labelledby=errors] a[download]"))
        .hasSize(4)
        .first()
        .asString()
        .startsWith("phone,");

    simulator.setRefusals(List.of());
    browser.click("section[aria-labelledby=errors] button");
    browser.awaitText("#dialog", "To everybody with this reason");
    browser.awaitText("#dialog .primary", "Send to 3 people");
    browser.click("#dialog .primary");
    browser.until().until(driver -> count("failed") == 0 && count("pending") == 0);
    browser.awaitText(".badge", "completed");
    assertThat(browser.find("main").getText()).contains("Times sent once more\n1");
  }

  @Test
  void aTemplateIsPickedFilledInTriedOutAndChanged() throws IOException {
    browser.open("#/new");
    browser.type("input[name=name]", "Order update");
    browser.find("select[name=sender] option");
    browser.click("input[value=template]");
    browser.type("input[name=template-search]", "order");
    browser.awaitText("main", "1 template.");
    browser.picture("template-picker");
    browser.click(".pick");
    browser.click("select[name='source-header'] option[value=text]");
    browser.type("input[name='value-header']", "https://shop.example/box.png");
    browser.type("input[name='value-body.order']", "first_name");
    browser.type("input[name='value-button.0']", "first_name");
    browser.picture("template-form");
    assertThat(faults()).isEmpty();
    browser.click("#next");
    browser.choose("input[name=file]", csv(3, "Ana"));
    browser.awaitText(".bubble", "Hi Ana, your order Ana is on its way.");
    browser.click("#next");
    browser.find("input[name=scheduledAt]");
    browser.click("#next");
    browser.type("input[name=test-numbers]", "+55 11 97000-0001, +5511970000002");
    browser.click("#test-send");
    browser
        .until()
        .until(driver ->
            browser.find(".outcomes li:last-child").getText().matches("(?s).*(delivered|read)"));
    browser.picture("test-send");
    assertThat(faults()).isEmpty();
    browser.click("#create");
    browser.awaitText("h1", "Order update");
    browser.awaitText(".figure.pending dd", "3");

    browser.click("#edit");
    browser.awaitText("h1", "Edit");
    assertThat(browser.find("input[name='value-body.order']").getAttribute("value"))
        .isEqualTo("first_name");
    browser.type("input[name=name]", "Order update, again");
    browser.click("#next");
    browser.find("input[name=scheduledAt]");
    browser.click("#next");
    browser.click("#create");
    browser.awaitText("h1", "Order update, again");
    browser.awaitText(".badge", "draft");
  }

  @Test
  void aCampaignIsScheduledPutBackCopiedArchivedAndFoundAgain() throws IOException {
    create("Mothers' Day", csv(2, "Ana"));
    browser.click("#schedule");
    browser.find("#dialog input");
    browser
        .driver()
        .executeScript("document.querySelector('#dialog input').value = '2099-05-10T09:30'");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "scheduled");
    browser.awaitText(".reason", "starts by itself");
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
    browser.awaitText(".empty", "No campaign is like this");
  }

  @Test
  void linesThatCannotBeUsedAreNamedAndThePreviewShowsTheFirstRow() throws IOException {
    Path file = csv(3, "Jürgen \"J\", Müller");
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
        .contains("3 can be used")
        .contains("1 cannot")
        .contains("{{city}}");
    browser.picture("create");
    browser.createDraft();
    browser.awaitText("#dialog", "The message needs city");
    browser.click("#dialog .danger");
    browser.awaitText("h1", "With a bad line");
    browser.awaitText("#notes", "3 added, 0 duplicates, 1 rejected");
  }

  @Test
  void whatTheConsoleRefusesIsSaidInItsOwnWordsAndNothingTypedIsLost() {
    browser.open("#/new");
    browser.type("input[name=name]", "Not JSON");
    browser.click("input[value=json]");
    browser.type("textarea[name=json]", "{\"type\":\"text\"}");
    browser.find("select[name=sender] option");
    browser.click("#next");
    browser.createDraft();
    browser.awaitText(".problem", "needs an object \"text\"");
    // The answer 400 is what was to be seen.
    assertThat(browser.complaints()).allMatch(line -> line.contains("400"));

    browser.open("#/new");
    browser.awaitText(".reason", "You left this campaign unfinished");
    assertThat(browser.find("input[name=name]").getAttribute("value")).isEqualTo("Not JSON");
    browser.click(".reason button");
    browser.find("textarea[name=text]");
    assertThat(browser.find("input[name=name]").getAttribute("value")).isEmpty();
  }

  @Test
  void theKeyboardIsEnough() throws IOException {
    create("By keyboard", csv(1, "Ana"));
    browser.find("#start").sendKeys(Keys.ENTER);
    browser.find("#dialog .primary").sendKeys(Keys.ENTER);
    browser.awaitText(".badge", "completed");
    browser.open("#/");
    browser.find(".campaign");
    var body = browser.driver().findElement(By.tagName("body"));
    body.sendKeys(Keys.TAB);
    assertThat(browser.driver().switchTo().activeElement().getText()).contains("Skip");
  }

  /** A browser opens six connections to a host; one that nobody looks at must hold none. */
  @Test
  void anyNumberOfTabsMayBeOpen() {
    WebDriver.TargetLocator windows = browser.driver().switchTo();
    String first = browser.driver().getWindowHandle();
    for (int tab = 1; tab <= 8; tab++) {
      windows.newWindow(WindowType.TAB);
      browser.open("#/");
      browser.find(".campaign, .empty");
    }
    for (String tab : browser.driver().getWindowHandles()) {
      if (!tab.equals(first)) {
        windows.window(tab);
        browser.driver().close();
      }
    }
    windows.window(first);
  }

  @Test
  void noPageHasASeriousAccessibilityFaultOnAnyScreen() throws IOException {
    create("Looked at", csv(20, "Ana"));
    String campaign = URI.create(browser.driver().getCurrentUrl()).getFragment();
    Map<String, String> pages =
        Map.of(
            "campaigns", "#/",
            "campaign", "#" + campaign,
            "new", "#/new",
            "senders", "#/senders",
            "suppressions", "#/suppressions");
    pages.forEach((name, hash) -> {
      for (Dimension size : List.of(Browser.DESKTOP, Browser.PHONE)) {
        boolean phone = size.equals(Browser.PHONE);
        browser.resize(size);
        browser.dark(phone);
        browser.open(hash);
        browser.find("h1");
        browser.until().until(d -> d.findElements(By.className("skeleton")).isEmpty());
        String picture = name + (phone ? "-phone-dark" : "");
        browser.picture("page-" + picture);
        // In the dark, where colours differ, the page with the most of them stands for all.
        if (!phone || name.equals("campaign")) {
          assertThat(faults()).as(picture).isEmpty();
        }
        assertThat(overflows()).as(picture + " is wider than the screen").isFalse();
      }
    });
    browser.dark(false);
    browser.resize(Browser.DESKTOP);
  }

  @Test
  void whoOptedOutWithoutANumberIsShown() {
    browser.open("#/suppressions");

    browser.awaitText("[aria-label='Opted out without a number']", "BR.1502576394655843");
    browser.awaitText("[aria-label='Opted out without a number']", "not known yet");
  }

  private static List<String> faults() {
    return new AxeBuilder()
        .analyze(browser.driver()).getViolations().stream()
            .filter(rule -> Set.of("serious", "critical").contains(rule.getImpact()))
            .map(ConsolePageIT::words)
            .toList();
  }

  private static String words(Rule rule) {
    return rule.getId() + ": " + rule.getNodes().stream().map(node -> node.getHtml()).toList();
  }

  private static boolean overflows() {
    return (Boolean)
        browser
            .driver()
            .executeScript(
                "return document.documentElement.scrollWidth"
                    + " > document.documentElement.clientWidth");
  }

  private void create(String name, Path csv) {
    browser.open("#/new");
    browser.type("input[name=name]", name);
    browser.find("select[name=sender] option");
    browser.click("#next");
    browser.choose("input[name=file]", csv);
    browser.createDraft();
    browser.awaitText("h1", name);
  }

  /** People with these first names by turns. */
  private Path csv(int people, String... names) throws IOException {
    StringBuilder text = new StringBuilder("phone,first_name\n");
    for (int i = 1; i <= people; i++) {
      String name = names[(i - 1) % names.length].replace("\"", "\"\"");
      text.append("+551196%07d,\"%s\"%n".formatted(i, name));
    }
    return Files.writeString(folder.resolve("people.csv"), text);
  }

  private static int pending() {
    return count("pending");
  }

  private static int count(String status) {
    String text = browser.find(".figure." + status + " dd").getText();
    return Integer.parseInt(text.split("\\s", 2)[0].replace(",", ""));
  }

  private static List<String> found() {
    return ((List<?>)
            browser
                .driver()
                .executeScript(
                    "return [...document.querySelectorAll('.campaign strong')]"
                        + ".map((name) => name.innerText)"))
        .stream().map(String::valueOf).toList();
  }

  /** The lines behind a link. */
  private static List<?> exported(String css) {
    return (List<?>)
        browser
            .driver()
            .executeAsyncScript(
                """
                const [css, done] = arguments;
                fetch(document.querySelector(css).href)
                  .then((answer) => answer.text())
                  .then((text) => done(text.trim().split('\\n')));
                """,
                css);
  }

  private static List<?> rows() {
    return browser
        .driver()
        .findElements(By.cssSelector("section[aria-labelledby=people] tbody tr"));
  }
}
