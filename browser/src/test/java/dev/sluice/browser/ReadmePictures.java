package dev.sluice.browser;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.Refusal;
import dev.sluice.local.SimulatorConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/** Draws the README's pictures of the page; {@code .ci/pictures} runs it and puts them there. */
class ReadmePictures {
  private static final int PEOPLE = 678;
  private static final List<String> NAMES =
      List.of("Ana", "Bruno", "Camila", "Diego", "Elisa", "Felipe", "Giovana", "Heitor");

  @TempDir private Path folder;

  @Test
  void aCampaignIsWrittenSentAndNearlySentTwice() throws IOException {
    Path prices =
        Files.writeString(
            folder.resolve("prices.csv"), "country,category,price,currency\nBR,*,0.0068,USD\n");
    try (ServedPage page =
        new ServedPage(
            ServedPage.newTestEnvironment(),
            url ->
                SimulatorConfig.friendly(1_000)
                    .withLatency(Duration.ofMillis(60), Duration.ofMillis(200))
                    .withReceipts(
                        ReceiptConfig.to(URI.create(url + "/webhooks/whatsapp"), "app-secret")
                            .within(Duration.ofSeconds(8))
                            .withReplies(0.05)),
            config ->
                config
                    .withPrices(prices)
                    .withWebhooks(
                        new WebhookConfig(Optional.of("app-secret"), Optional.empty(), List.of()))
                    .withFlushInterval(Duration.ofSeconds(2)))) {
      page.simulator()
          .setRefusals(
              List.of(Refusal.parse(".*00[0-5]13=131026"), Refusal.parse(".*00[0-2]77=131049")));
      try (ConsoleClient client = new ConsoleClient(page.url())) {
        for (String sender : List.of("loja-sp", "loja-rio")) {
          client.put(
              "/api/senders/" + sender,
              Map.of(
                  "address",
                  sender.equals("loja-sp") ? "106540352242922" : "106540352242923",
                  "ratePerSecond",
                  20,
                  "dailyLimit",
                  10_000,
                  "account",
                  "102290129340398"));
        }
      }
      Browser browser = page.browser();
      browser.driver().executeCdpCommand("Emulation.setScrollbarsHidden", Map.of("hidden", true));
      browser
          .driver()
          .executeCdpCommand(
              "Emulation.setTimezoneOverride", Map.of("timezoneId", "America/Sao_Paulo"));
      write(browser, "Orders of Monday");
      browser.click("#next");
      browser.choose("input[name=file]", people());
      browser.awaitText(".report", PEOPLE + " usable");
      browser.click(".steps li:first-child button");
      browser.awaitText(".bubble", "Hi Ana");
      both(browser, "template", 1_480);
      browser.click("#next");
      browser.find("input[name=file]");
      browser.createDraft();
      browser.awaitText("h1", "Orders of Monday");
      browser.start();
      browser.until().until(driver -> browser.count("sent") >= PEOPLE * 2 / 3);
      browser.find("section[aria-labelledby=errors] table");
      browser.find("#chart canvas");
      both(browser, "campaign", 1_290);

      browser.awaitText(".badge", "completed");
      browser.until().until(driver -> browser.count("delivered") > PEOPLE * 9 / 10);
      browser.type("section[aria-labelledby=people] input[name=search]", "SP-1004");
      browser.click("section[aria-labelledby=people] form[role=search] button");
      browser
          .until()
          .until(driver ->
              driver.findElements(By.cssSelector("section[aria-labelledby=people] tbody tr")).size()
                  == 10);
      browser.pictures("readme-searched");

      write(browser, "Orders of Tuesday");
      browser.click("#next");
      browser.choose("input[name=file]", people());
      browser.awaitText(".report", PEOPLE + " usable");
      browser.click("#next");
      browser.set("input[name=scheduledAt]", nextDay().toString());
      browser.click("#next");
      browser.find("#create");
      browser.click("#create");
      browser.awaitText("#dialog", "Is it the same list again?");
      browser.awaitText("#dialog .primary", "Schedule for " + PEOPLE + " recipients");
      both(browser, "review", dialogHeight(browser) + 400);

      browser.open("#/");
      browser.find("input[name=senderId]").sendKeys("loja");
      browser.awaitText(".campaign", "Orders of");
      browser.picture("readme-campaigns");
      browser.resize(Browser.PHONE);
      browser.picture("readme-campaigns-phone");
    }
  }

  /** In daylight, and less than a day after the first campaign. */
  private static LocalDateTime nextDay() {
    LocalDateTime now = LocalDateTime.now(ZoneId.of("America/Sao_Paulo"));
    LocalDateTime today = now.toLocalDate().atTime(10, 0);
    return now.isBefore(today) ? today : today.plusDays(1);
  }

  /** Returns how high the dialog would be in a window that shows all of it. */
  private static int dialogHeight(Browser browser) {
    return ((Long) browser.script("return document.getElementById('dialog').scrollHeight"))
        .intValue();
  }

  private static void both(Browser browser, String name, int height) {
    browser.screenshot("readme-" + name, height);
    browser.resize(Browser.PHONE);
    browser.picture("readme-" + name + "-phone");
    browser.resize(Browser.DESKTOP);
  }

  private static void write(Browser browser, String name) {
    OrderTemplate.find(browser, name, "loja-sp");
    OrderTemplate.pick(browser);
    browser.type("input[name='value-body.first_name']", "first_name");
    browser.type("input[name='value-body.order']", "order");
    browser.type("input[name='value-button.0']", "order");
  }

  private Path people() throws IOException {
    StringBuilder text = new StringBuilder("phone,first_name,order\n");
    for (int i = 1; i <= PEOPLE; i++) {
      text.append(
          "+551196%07d,%s,SP-%d%n".formatted(i, NAMES.get((i - 1) % NAMES.size()), 10_000 + i));
    }
    return Files.writeString(folder.resolve("orders.csv"), text);
  }
}
