package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.Console;
import dev.sluice.console.WebhookConfig;
import dev.sluice.runtime.Closer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** The whole page behind a token, with each service in its own database role. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
@ResourceLock(WholePage.LOCK)
class ConsoleTokenIT {
  private static final String TOKEN = "correct-horse-battery";
  private static final Closer CLOSER = new Closer();

  @RegisterExtension static final WholePage PAGE = WholePage.shared();

  private static String url;
  private static Browser browser;

  @RegisterExtension static final TestWatcher LAST_SIGHT = new LastSight(() -> browser);

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    Console console =
        CLOSER.register(
            PAGE.console(config ->
                config.withConsole(Optional.of(TOKEN), Optional.of("BR"), WebhookConfig.NONE)));
    url = "http://localhost:" + console.port();
    browser = CLOSER.register(new Browser(url));
  }

  @AfterAll
  static void stop() {
    CLOSER.close();
  }

  @BeforeEach
  void nobodyIsSignedIn() {
    browser.open("");
    browser.script("sessionStorage.clear()");
  }

  @AfterEach
  void theBrowserComplainsOfNothingElseThanRefusals() {
    assertThat(browser.complaints()).allMatch(line -> line.contains("401") || line.contains("404"));
  }

  @Test
  void aWrongTokenIsSaidToBeWrongAndTheRightOneOpensEverything() throws IOException {
    browser.open("#/senders");
    browser.awaitText("#sign-in", "API token");
    assertThat(browser.find("#sign-in").getText()).doesNotContain("did not accept");
    browser.picture("sign-in");
    assertThat(browser.faults()).isEmpty();
    browser.type("#sign-in input", "no-such-token-at-all");
    browser.click("#sign-in .primary");
    browser.awaitText("#sign-in .problem", "did not accept this token");
    browser.picture("sign-in-refused");
    browser.type("#sign-in input", TOKEN);
    browser.click("#sign-in .primary");

    addASender();
    String campaign = createACampaign();
    sendIt();
    searchItsRecipients();
    suppressSomebody();
    assertThat(campaign).matches("/campaigns/[0-9a-f-]{36}");
  }

  private void addASender() {
    browser.click("#add-sender");
    browser.type("#dialog input[name=id]", "behind");
    browser.type("#dialog input[name=address]", "106540352242924");
    browser.type("#dialog input[name=rate]", "8");
    browser.click("#dialog .primary");
    browser.awaitText("main", "106540352242924");
    browser.picture("token-senders");
  }

  private String createACampaign() throws IOException {
    StringBuilder people = new StringBuilder("phone,first_name\n");
    for (int i = 0; i < 120; i++) {
      // Without a country code, to test the default region.
      people.append("11 96000-%04d,Ana%n".formatted(i));
    }
    Path csv = Files.writeString(folder.resolve("people.csv"), people);
    browser.open("#/new");
    browser.type("input[name=name]", "Behind a token");
    browser.click("select[name=sender] option[value=behind]");
    browser.click("#next");
    browser.choose("input[name=file]", csv);
    // It moves the buttons below it.
    browser.find(".report");
    browser.createDraft();
    browser.awaitText("h1", "Behind a token");
    browser.awaitText(".figure.pending dd", "120");
    return URI.create(browser.driver().getCurrentUrl()).getFragment();
  }

  /** At 8 messages/s rows are written after 10 s, and the page knows much sooner. */
  private void sendIt() {
    browser.start();
    browser.awaitText(".badge", "sending");
    browser
        .until()
        .withTimeout(Duration.ofSeconds(8))
        .until(driver -> !browser.find(".figure.sent dd").getText().startsWith("0"));
    browser.awaitText("section[aria-labelledby=speed]", "of 8 messages/s allowed");
    browser
        .until()
        .until(driver ->
            browser
                .find("section[aria-labelledby=speed] strong")
                .getText()
                .matches("7\\.[5-9]|8(\\.[0-4])?"));
    browser.picture("token-campaign-sending");
    browser.click("#pause");
    browser.awaitText(".badge", "paused");
    browser.click("#resume");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "completed");
    browser.awaitText(".figure.sent dd", "120");
  }

  private void searchItsRecipients() {
    browser.type("section[aria-labelledby=people] input[name=search]", "96000-0000");
    browser.click("form[role=search] button");
    browser.awaitText("section[aria-labelledby=people] tbody", "+5511960000000");
    browser.open("#/");
    browser.awaitText(".campaign", "120 of 120");
  }

  private void suppressSomebody() {
    browser.open("#/suppressions");
    browser.type("textarea[name=numbers]", "11 97000-0001");
    browser.click("form button.primary");
    browser.awaitText("tbody", "+5511970000001");
  }

  @Test
  void whoHasNoTokenIsToldSoAndNotAskedForEver() {
    browser.open("#/suppressions");
    browser.find("#sign-in input").sendKeys(Keys.ESCAPE);

    browser.awaitText(".problem", "requires its token");
    assertThat(browser.driver().findElement(By.id("sign-in")).isDisplayed()).isFalse();
  }

  /** A stored token would be in every request from then on, and none could be sent. */
  @Test
  void aTokenThatNoHeaderCanHoldIsToldInTheDialog() {
    browser.script("sessionStorage.setItem('sluice-token', 'секрет-секрет-1')");
    browser.open("#/suppressions");
    browser.type("#sign-in input", "correct-horse\u200b-battery");
    browser.click("#sign-in .primary");
    browser.awaitText("#sign-in .problem", "only visible ASCII characters");
    browser.picture("sign-in-invisible");
    browser.type("#sign-in input", TOKEN);
    browser.click("#sign-in .primary");

    browser.awaitText("h1", "Suppress");
    browser.find("textarea[name=numbers]");
    assertThat(browser.driver().findElement(By.id("sign-in")).isDisplayed()).isFalse();
  }

  /** Looking for the token takes longer than a review waits for its answers. */
  @Test
  void whoTakesLongToSignInStillSeesTheWholeReview() {
    String id;
    try (ConsoleClient client = new ConsoleClient(url, Optional.of(TOKEN))) {
      client.put("/api/senders/limited", Map.of("address", "106540352242923", "dailyLimit", 250));
      id = PageCampaign.create(client, "Reviewed late", "limited", PageCampaign.text("Hi"));
    }
    browser.script("sessionStorage.setItem('sluice-token', '" + TOKEN + "')");
    browser.open("#/campaigns/" + id);
    browser.find("#start");
    // The time is up as soon as a call has been refused.
    browser.script(
        """
        sessionStorage.clear();
        const times = new Map();
        AbortSignal.timeout = () => {
          const time = new AbortController();
          times.set(time.signal, time);
          return time.signal;
        };
        const { fetch: real } = window;
        window.fetch = async (path, asked) => {
          const answer = await real.call(window, path, asked);
          if (answer.status === 401) {
            times.get(asked.signal)?.abort();
          }
          return answer;
        };
        """);
    browser.click("#start");
    browser.type("#sign-in input", TOKEN);
    browser.click("#sign-in .primary");

    browser.awaitText("#dialog", "250 of 250 left when it starts");
  }

  @Test
  void anUnknownCampaignIsSaidToBeUnknown() {
    browser.script("sessionStorage.setItem('sluice-token', '" + TOKEN + "')");
    String id = UUID.randomUUID().toString();
    browser.open("#/campaigns/" + id);

    browser.awaitText(".problem", "There is no campaign " + id);
    browser.picture("campaign-unknown");
  }

  @Test
  void metricsAndWhatIsWrongAskForTheTokenToo() throws Exception {
    assertThat(get("/metrics", "").statusCode()).isEqualTo(401);
    assertThat(get("/metrics", TOKEN).body()).contains("sluice_sql_statements_total");
    assertThat(get("/health/live", "").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready", "").body()).isEqualTo("{\"ready\":true}");
    assertThat(get("/health/ready", TOKEN).body()).contains("problems");
  }

  private static HttpResponse<String> get(String path, String token) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
    if (!token.isEmpty()) {
      request.header("Authorization", "bearer " + token);
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
