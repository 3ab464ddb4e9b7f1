package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests what the page says about the cost of a campaign, in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class CostPageIT {
  @TempDir private static Path folder;

  @RegisterExtension
  static final ConsolePage PAGE = new ConsolePage(config -> config.withPrices(prices()));

  @Test
  void theReviewEstimatesTheCostByCountryAndSaysForHowManyItIsUnknown() {
    Browser browser = PAGE.browser();
    PAGE.recipientsOf("Hi");
    PAGE.choose(people());
    browser.awaitText(".report", "1,213 usable");
    browser.createDraft();
    browser.awaitText("h1", "From a file");
    browser.click("#start");
    browser.awaitText("#dialog", "Estimated cost");
    browser.awaitText("#dialog", "Up to €76.10 (service)");
    browser.awaitText("#dialog", "Brazil 1,200 × €0.0625 · Germany 10 × €0.11");
    browser.awaitText("#dialog", "Unknown for 3 recipients in 2 countries");
    browser.pictures("review-cost");
    assertThat(browser.faults()).isEmpty();

    String campaign = browser.driver().getCurrentUrl();
    browser.speak("de");
    browser.open(campaign.substring(campaign.indexOf('#')));
    browser.click("#start");
    browser.awaitText("#dialog", "Bis zu 76,10 € (Kundenservice)");
    browser.awaitText("#dialog", "Brasilien 1.200 × 0,0625 €");
    browser.awaitText("#dialog", "Unbekannt für 3 Empfänger in 2 Ländern");
    browser.speak("en");
  }

  private static Path prices() {
    try {
      return Files.writeString(
          folder.resolve("prices.csv"),
          "country,category,price,currency\nBR,service,0.0625,EUR\nDE,*,0.11,EUR\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String people() {
    String brazil =
        IntStream.range(0, 1_200)
            .mapToObj(n -> "+55119600%05d\n".formatted(n))
            .collect(Collectors.joining());
    String germany =
        IntStream.range(0, 10)
            .mapToObj(n -> "+49151%08d\n".formatted(n))
            .collect(Collectors.joining());
    return "phone\n" + brazil + germany + "+41791234567\n+41791234568\n+33612345678\n";
  }
}
