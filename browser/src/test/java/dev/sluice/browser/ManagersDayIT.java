package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.sluice.console.Console;
import dev.sluice.console.Users;
import dev.sluice.local.Refusal;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.openqa.selenium.By;

/** A campaign manager's whole day behind a login, on a phone's screen and without a mouse. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
@ResourceLock(WholePage.LOCK)
@Tag("weekly")
class ManagersDayIT {
  /** About eight seconds at the sender's rate, so that there is time for a pause. */
  private static final int PEOPLE = 500;

  private static final Charset EXCEL = Charset.forName("windows-1252");
  private static final List<String> NAMES = List.of("João", "Zé \"Bar\"; Ltda.", "Conceição");
  private static final String PASSWORD = "correct horse battery";
  private static final String FAILURES = "section[aria-labelledby=errors]";
  private static final String PEOPLE_LIST = "section[aria-labelledby=people]";
  private static final Closer CLOSER = new Closer();

  @RegisterExtension static final WholePage PAGE = WholePage.shared();

  @RegisterExtension
  static final TestWatcher LAST_SIGHT = new LastSight(() -> ManagersDayIT.browser);

  @TempDir private static Path folder;
  private static Browser browser;
  private static Keyboard keyboard;

  @BeforeAll
  static void open() throws IOException {
    Path users =
        Files.writeString(folder.resolve("users"), Users.line("mia:manager", () -> PASSWORD));
    Console console = CLOSER.register(PAGE.console(config -> config.withUsers(Users.of(users))));
    browser = CLOSER.register(new Browser("http://localhost:" + console.port()));
    browser.resize(Browser.PHONE);
    browser.downloadTo(folder);
    keyboard = new Keyboard(browser);
  }

  @AfterAll
  static void stop() {
    CLOSER.close();
  }

  @AfterEach
  void theBrowserComplainsOfNothingElseThanRefusals() {
    assertThat(browser.complaints()).allMatch(line -> line.contains("400") || line.contains("401"));
  }

  @Test
  void aManagersDayNeedsNeitherAMouseNorALargeScreen() throws IOException {
    signIn();
    pickATemplate();
    mapTheFile();
    tryItOut();
    String campaign = createAndStart();
    pauseAndResume();
    readTheFunnel();
    resendToASelection();
    resendByReason();
    compareTheExport(campaign);
    keyboard.press("#sign-out");
    browser.awaitText("#sign-in", "Password");
  }

  private void signIn() {
    browser.open("#/");
    browser.awaitText("#sign-in", "Password");
    look("sign-in");
    keyboard.write("#sign-in input[name=name]", "mia");
    keyboard.write("#sign-in input[name=password]", PASSWORD);
    keyboard.press("#sign-in .primary");
    browser.awaitText("#who", "mia");
  }

  private void pickATemplate() {
    keyboard.press("#new");
    keyboard.write("input[name=name]", "Today's orders");
    browser.find("select[name=sender] option");
    keyboard.mark("kind", "template");
    keyboard.write("input[name=template-search]", "order");
    browser.awaitText("main", "1 template");
    keyboard.press(".pick");
    keyboard.choose("select[name='source-header']", "t");
    keyboard.write("input[name='value-header']", "https://shop.example/box.png");
    keyboard.write("input[name='value-body.first_name']", "Primeiro Nome");
    keyboard.write("input[name='value-body.order']", "Pedido");
    keyboard.write("input[name='value-button.0']", "Pedido");
    look("message");
    keyboard.press("#next");
  }

  /** The system's dialog for files is not the page's; its button must be reached. */
  private void mapTheFile() throws IOException {
    keyboard.reach("input[name=file]");
    browser.choose("input[name=file]", oddFile());
    browser.awaitText(".problem", "Line 2 is not UTF-8");
    keyboard.choose("select[name=charset]", "W");
    browser.awaitText(
        ".problem", "Which column holds the phone numbers: \"Celular\" or \"WhatsApp\"?");
    keyboard.choose("select[name=phoneColumn]", "C");
    browser.awaitText(".report", PEOPLE + " usable, 1 rejected");
    browser.awaitText(".report", "Line " + (PEOPLE + 2) + ": the phone number is too short");
    browser.awaitText(".report", "No column gives {{Pedido}}");
    browser.awaitText("select[name='column-Pedido'] option:checked", "choose a column");
    look("columns");
    keyboard.choose("select[name='column-Pedido']", "E");
    browser.awaitText(".bubble", "Hi João, your order A-1 is on its way.");
    assertThat(browser.find(".report").getText()).doesNotContain("No column gives");
    look("recipients");
    keyboard.press("#next");
    browser.find("input[name=scheduledAt]");
    look("when");
    keyboard.press("#next");
  }

  /**
   * As Excel saves it in Brazil, with two columns of numbers, one of which has none, and the order
   * under a name that the message does not know.
   */
  private static Path oddFile() throws IOException {
    List<String> lines = new ArrayList<>(List.of("Primeiro Nome;Celular;WhatsApp;Encomenda"));
    for (int i = 1; i <= PEOPLE; i++) {
      lines.add("\"%s\";(21) 96000-%04d;sim;A-%d".formatted(name(i).replace("\"", "\"\""), i, i));
    }
    lines.add("Ana;12;sim;A-0");
    return Files.write(folder.resolve("pedidos.csv"), String.join("\r\n", lines).getBytes(EXCEL));
  }

  private static String name(int person) {
    return NAMES.get((person - 1) % NAMES.size());
  }

  private void tryItOut() {
    browser.awaitText("dl.pairs", PEOPLE + " usable, 1 rejected");
    keyboard.write("input[name=test-numbers]", "+55 21 97000-0001");
    keyboard.press("#test-send");
    browser
        .until()
        .until(driver ->
            browser.find(".outcomes li:last-child").getText().matches("(?s).*(delivered|read)"));
    look("review");
  }

  private String createAndStart() {
    keyboard.press("#create");
    browser.awaitText("h1", "Today's orders");
    browser.awaitText(".figure.pending dd", String.valueOf(PEOPLE));
    PAGE.simulator().setRefusals(List.of(Refusal.parse(".*000[1-3]=131049")));
    keyboard.press("#start");
    browser.awaitText("#dialog .primary", "Send to " + PEOPLE + " recipients");
    look("start");
    keyboard.press("#dialog .primary");
    browser.awaitText(".badge", "sending");
    String hash = URI.create(browser.driver().getCurrentUrl()).getFragment();
    return hash.substring(hash.lastIndexOf('/') + 1);
  }

  private void pauseAndResume() {
    browser.until().until(driver -> browser.count("pending") < PEOPLE);
    keyboard.press("#pause");
    browser.awaitText(".badge", "paused");
    browser.awaitText(".reason", "By mia");
    assertThat(browser.count("pending")).as("left for after the pause").isPositive();
    look("paused");
    keyboard.press("#resume");
    browser.awaitText("#dialog h2", "Resume this campaign?");
    keyboard.press("#dialog .primary");
    browser.awaitText(".badge", "completed");
  }

  private void readTheFunnel() {
    browser
        .until()
        .until(driver -> browser.count("delivered") == PEOPLE - 3 && browser.count("failed") == 3);
    assertThat(browser.count("sent")).isEqualTo(PEOPLE - 3);
    assertThat(browser.count("pending")).isZero();
    browser.until().until(driver -> browser.count("read") > 0);
    browser.awaitText(FAILURES, "gets much marketing");
    browser.awaitText(FAILURES, "may help");
    look("completed");
  }

  private void resendToASelection() {
    PAGE.simulator().setRefusals(List.of());
    keyboard.choose(PEOPLE_LIST + " select[name=status]", "f");
    keyboard.press(PEOPLE_LIST + " form button");
    browser
        .until()
        .until(
            driver -> driver.findElements(By.cssSelector(PEOPLE_LIST + " tbody tr")).size() == 3);
    keyboard.tick(PEOPLE_LIST + " tbody input");
    browser.awaitText(PEOPLE_LIST, "1 selected");
    keyboard.press("#resend-selected");
    browser.awaitText("#dialog", "To 1 of the 1 selected recipients");
    look("resend-selected");
    keyboard.press("#dialog .primary");
    browser
        .until()
        .until(driver -> browser.count("failed") == 2 && browser.count("delivered") == PEOPLE - 2);
    browser.awaitText(".badge", "completed");
  }

  private void resendByReason() {
    keyboard.press(FAILURES + " button");
    browser.awaitText("#dialog", "gets much marketing");
    browser.awaitText("#dialog .primary", "Send to 2 recipients");
    look("resend");
    keyboard.press("#dialog .primary");
    browser
        .until()
        .until(driver -> browser.count("failed") == 0 && browser.count("delivered") == PEOPLE);
    browser.awaitText(".badge", "completed");
  }

  /** The export has the rows of the file and of the table, whatever has been read meanwhile. */
  private void compareTheExport(String campaign) throws IOException {
    keyboard.press(".tools a[download]");
    Path export = folder.resolve("campaign-" + campaign + ".csv");
    browser.until().until(driver -> Files.exists(export));
    List<String> people = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    try (var lines = CsvReader.builder().detectBomHeader(true).ofNamedCsvRecord(export)) {
      for (NamedCsvRecord line : lines) {
        assertThat(line.getField("status")).isIn("DELIVERED", "READ");
        people.add(fields(line, "phone", "Primeiro Nome", "Pedido"));
        rows.add(fields(line, "phone", "providerMessageId", "Primeiro Nome", "Pedido"));
      }
    }

    assertThat(people).containsExactlyInAnyOrderElementsOf(peopleOfTheFile());
    assertThat(rows).containsExactlyInAnyOrderElementsOf(rowsOf(campaign));
  }

  private static String fields(NamedCsvRecord line, String... names) {
    return Stream.of(names).map(line::getField).collect(Collectors.joining("|"));
  }

  private static List<String> peopleOfTheFile() {
    List<String> people = new ArrayList<>();
    for (int i = 1; i <= PEOPLE; i++) {
      people.add("+552196000%04d|%s|A-%d".formatted(i, name(i), i));
    }
    return people;
  }

  private static List<String> rowsOf(String campaign) {
    try (Database database = new Database(PAGE.owner(), 1, "test", new SimpleMeterRegistry())) {
      return database
          .sql()
          .fetch(
              "SELECT concat_ws('|', phone, provider_message_id, variables ->> 'Primeiro Nome',"
                  + " variables ->> 'Pedido')"
                  + " FROM sluice.campaign_recipient WHERE campaign_id = ?::uuid",
              campaign)
          .map(row -> row.get(0, String.class));
    }
  }

  /** Light and dark, each without an accessibility fault. */
  private void look(String at) {
    for (boolean dark : List.of(true, false)) {
      browser.dark(dark);
      browser.picture("day-" + at + (dark ? "-dark" : ""));
      assertThat(browser.faults()).as(at + (dark ? " in the dark" : "")).isEmpty();
    }
  }
}
