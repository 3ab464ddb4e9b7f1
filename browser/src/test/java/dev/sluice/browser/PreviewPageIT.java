package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.schema.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;

/** What any recipient of a campaign gets, as the page shows it in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class PreviewPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private static final Path PICTURE = Path.of("..", "docs", "template.png");

  private static final String TEMPLATE =
      """
      {"type":"template","template":{"name":"order","language":{"code":"en_US"},"components":[
      {"type":"header","parameters":[{"type":"image","image":{"link":"%s/{{picture}}.png"}}]},
      {"type":"body","parameters":[
      {"type":"text","parameter_name":"first_name","text":"{{first_name}}"}]},
      {"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"{{order}}"}]}
      ]}}
      """;

  private static final String LISTED =
      """
      [{"name":"order","language":"en_US","category":"UTILITY","status":"APPROVED",
      "parameterFormat":"NAMED","components":[{"type":"HEADER","format":"IMAGE"},
      {"type":"BODY","text":"Hi {{first_name}}, here it is."},
      {"type":"FOOTER","text":"Reply STOP to hear no more"},
      {"type":"BUTTONS","buttons":[
      {"type":"URL","text":"Follow it","url":"https://shop.example/orders/{{1}}"}]}]}]
      """;

  /** What the pictures were asked for with. */
  private static final List<String> ASKED = new CopyOnWriteArrayList<>();

  @TempDir private static Path folder;
  private static HttpsServer pictures;
  private static String host;

  private final Browser browser = PAGE.browser();

  @BeforeAll
  static void start() throws Exception {
    pictures = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    pictures.setHttpsConfigurator(
        new HttpsConfigurator(
            SelfSignedCertificate.writtenTo(folder.resolve("pictures.pem")).forServer()));
    byte[] picture = Files.readAllBytes(PICTURE);
    pictures.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          ASKED.add(path + " " + exchange.getRequestHeaders().getFirst("Referer"));
          if (path.contains("gone")) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            exchange.getResponseHeaders().set("Content-Type", "image/png");
            exchange.sendResponseHeaders(200, picture.length);
            exchange.getResponseBody().write(picture);
          }
          exchange.close();
        });
    pictures.start();
    host = "localhost:" + pictures.getAddress().getPort();
    trustAnybody(true);
  }

  @AfterAll
  static void stop() {
    pictures.stop(0);
    trustAnybody(false);
  }

  private static void trustAnybody(boolean trust) {
    ChromeDriver driver = PAGE.browser().driver();
    driver.executeCdpCommand("Security.enable", Map.of());
    driver.executeCdpCommand("Security.setIgnoreCertificateErrors", Map.of("ignore", trust));
  }

  @Test
  void anyRecipientsMessageIsFoundAndShownAsOnThePhone() {
    PageCampaign campaign = campaign(TEMPLATE.formatted("https://" + host));
    people(
        campaign,
        "json_build_object('first_name', 'P' || n, 'order', 'A-' || n, 'picture', 'box-' || n)");
    open(campaign);

    browser.awaitText(".preview .bubble", "Hi P1, here it is.");
    browser.awaitText(".preview .bubble", "Reply STOP to hear no more");
    browser.awaitText(".preview .press", "https://shop.example/orders/A-1");
    browser.awaitText(".walk", "1 of 250");
    click("before", 1);
    browser.awaitText(".walk", "1 of 250");
    click("after", 100);
    browser.awaitText(".preview .bubble", "Hi P101, here");
    browser.awaitText(".walk", "101 of 250");
    click("before", 1);
    browser.awaitText(".preview .bubble", "Hi P100, here");

    search(".preview ", "A-250");
    browser.awaitText(".preview .bubble", "Hi P250, here");
    search(".preview ", "+55 11 96000-0200");
    browser.awaitText(".preview .bubble", "Hi P200, here");
    search(".preview ", "nobody");
    browser.awaitText(".walk", "No one has this.");
    browser.click(".preview [name=everybody]");
    browser.awaitText(".preview .bubble", "Hi P1, here");
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  void anImageIsLoadedOnceItsHostIsWantedAndWithoutAReferrer() {
    PageCampaign campaign = campaign(TEMPLATE.formatted("https://" + host));
    people(
        campaign,
        "json_build_object('first_name', 'P' || n, 'order', 'A-' || n,"
            + " 'picture', CASE n WHEN 3 THEN 'gone' ELSE 'box-' || n END)");
    open(campaign);

    browser.awaitText(".preview .media", "Image: box-1.png");
    browser.awaitText(".preview [name=picture]", "Show the image from " + host);
    browser.picture("preview-image-asked");
    assertThat(ASKED).isEmpty();
    browser.click(".preview [name=picture]");
    awaitPicture("box-1.png");
    assertThat(ASKED).containsExactly("/box-1.png null");
    browser.picture("preview-image");
    assertThat(browser.faults()).isEmpty();
    click("after", 1);
    awaitPicture("box-2.png");
    assertThat(browser.complaints()).isEmpty();
    click("after", 1);
    browser.awaitText(".preview .media", "could not be loaded from " + host);
    assertThat(browser.complaints()).allMatch(line -> line.contains("404"));
  }

  @Test
  void whatSomebodyLacksIsSaidInWords() {
    PageCampaign campaign = campaign(TEMPLATE.formatted("https://" + host));
    people(
        campaign,
        "CASE n WHEN 1 THEN json_build_object('first_name', 'P1', 'order', 'A-1', 'picture', 'x')"
            + " ELSE json_build_object('first_name', ' ', 'picture', 'x') END");
    open(campaign);
    browser.awaitText(".preview .bubble", "Hi P1, here");
    assertThat(browser.find(".preview").getText()).doesNotContain("gets no message");
    click("after", 1);

    browser.awaitText(
        ".preview .lacks", "first_name, order are missing: this recipient gets no message.");
    browser.picture("preview-lacking");
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  void aDocumentIsNamedAndALinkWithoutTlsIsNotLoaded() {
    PageCampaign campaign =
        campaign(
            "{\"type\":\"document\",\"document\":{\"link\":\"https://shop.example/an%20offer.pdf\","
                + "\"caption\":\"Hi {{first_name}}\"}}");
    people(campaign, "json_build_object('first_name', 'P' || n)");
    open(campaign);
    browser.awaitText(".preview .media", "Document: an offer.pdf");
    browser.awaitText(".preview .bubble", "Hi P1");

    PageCampaign insecure =
        campaign("{\"type\":\"image\",\"image\":{\"link\":\"http://shop.example/box.png\"}}");
    people(insecure, "'{}'::json");
    open(insecure);
    browser.awaitText(".preview .media", "The link is not a https link");
  }

  /** Enter would otherwise send the campaign. */
  @Test
  void theFinalReviewShowsWhoeverIsSearchedForAndStartsNothingByThat() {
    PageCampaign campaign = PAGE.campaign("Orders", "Hi {{first_name}}");
    people(campaign, "json_build_object('first_name', 'P' || n)");
    open(campaign);
    browser.click("#start");
    browser.awaitText("#dialog .bubble", "Hi P1");
    search("#dialog ", "p250");

    browser.awaitText("#dialog .bubble", "Hi P250");
    browser.picture("review-found");
    assertThat(browser.faults()).isEmpty();
    browser.click("#dialog button[type=button]:not([name])");
    assertThat(campaign.status()).isEqualTo("DRAFT");
  }

  /** The page after a full one may hold nobody. */
  @Test
  void whoeverGoesBeyondTheLastRecipientFindsTheWayBack() {
    PageCampaign campaign = PAGE.campaign("Orders", "Hi {{first_name}}");
    people(campaign, "json_build_object('first_name', 'P' || n)", 100);
    open(campaign);
    browser.awaitText(".preview .walk", "1 of 100");
    click("after", 100);
    browser.awaitText(".preview .walk", "That was the last recipient.");
    click("before", 1);
    browser.awaitText(".preview .bubble", "Hi P100");

    browser.click("#start");
    browser.awaitText("#dialog .bubble", "Hi P1");
    click("#dialog", "after", 100);
    browser.awaitText("#dialog .walk", "That was the last recipient.");
    click("#dialog", "before", 1);
    browser.awaitText("#dialog .bubble", "Hi P100");
    browser.click("#dialog button[type=button]:not([name])");
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  void doubleBracesAroundNothingAreShownInThePreview() {
    PAGE.write("Hi {{First Name}, your code is ready");
    browser.awaitText(".preview .problem", "Double braces must surround a column name");
  }

  @Test
  void aPreviewOfMoreThanItsRowsSaysThatTheyAreTheFirst() {
    PAGE.recipientsOf("Hi {{name}}");
    PAGE.choose(rows(50));
    browser.awaitText(".walk", "1 of 50");
    PAGE.choose(rows(51));
    browser.awaitText(".walk", "1 of the first 50");
    browser.click("[name=after]");
    browser.awaitText(".walk", "2 of the first 50");
  }

  private static String rows(int people) {
    return IntStream.rangeClosed(1, people)
        .mapToObj("+551196000%04d,Ana\n"::formatted)
        .collect(Collectors.joining("", "phone,name\n", ""));
  }

  @Test
  void aTestTakesTheValuesOfThePersonWhoIsShown() {
    PAGE.recipientsOf("Hi {{name}}");
    PAGE.choose("phone,name\n+5511960000001,Ana\n+5511960000002,Bo\n");
    browser.awaitText(".bubble", "Hi Ana");
    browser.toReview();
    browser.click(".walk [name=after]");
    browser.awaitText(".bubble", "Hi Bo");

    assertThat(browser.find("input[name=test-name]").getAttribute("value")).isEqualTo("Bo");
  }

  private void awaitPicture(String name) {
    browser
        .until()
        .until(driver ->
            browser
                .script(
                    "const image = document.querySelector('.preview img');"
                        + " return image?.src.endsWith(arguments[0]) && image.naturalWidth > 0",
                    name)
                .equals(true));
  }

  private void search(String where, String text) {
    browser.type(where + "input[name=find]", text);
    browser.find(where + "input[name=find]").sendKeys(Keys.ENTER);
  }

  private void click(String name, int times) {
    click(".preview", name, times);
  }

  private void click(String where, String name, int times) {
    browser.script(
        "for (let i = 0; i < arguments[2]; i++)"
            + " document.querySelector(`${arguments[0]} [name=${arguments[1]}]`).click()",
        where,
        name,
        times);
  }

  /** No other service is there to ask for the templates. */
  private void open(PageCampaign campaign) {
    browser.open("#/");
    browser.find("h1");
    browser.script(
        """
        const [listed, hash] = arguments;
        const { fetch: real } = window;
        window.fetch = (path, asked) =>
          path.endsWith('/templates') ? Promise.resolve(new Response(listed)) : real.call(window, path, asked);
        location.hash = hash;
        """,
        LISTED,
        "#/campaigns/" + campaign.id());
  }

  private static PageCampaign campaign(String message) {
    return PAGE.campaign("Orders", "brazil", Json.MAPPER.readTree(message));
  }

  private static void people(PageCampaign campaign, String variables) {
    people(campaign, variables, 250);
  }

  private static void people(PageCampaign campaign, String variables, int count) {
    campaign.people(1, count, "variables", variables);
  }
}
