package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.TestWatcher;
import tools.jackson.databind.JsonNode;

/**
 * The page of a console with a sender and no other service, in a browser. One that no other test
 * class of the JVM uses meanwhile is taken over, else opened, and closed with the JVM; each class
 * begins without recipients and suppressions, and each test without what was left in the browser.
 * No test may make the browser complain of anything but refusals.
 */
final class ConsolePage
    implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, TestWatcher {
  private final @Nullable UnaryOperator<ConsoleConfig> change;
  private @Nullable Opened opened;

  ConsolePage() {
    change = null;
  }

  /** Creates the page of a console that is configured otherwise, for one class. */
  ConsolePage(UnaryOperator<ConsoleConfig> change) {
    this.change = change;
  }

  private record Opened(
      Closer closer, TestEnvironment environment, ConsoleClient client, Browser browser)
      implements AutoCloseable {
    static Opened with(UnaryOperator<ConsoleConfig> change) {
      Closer closer = new Closer();
      TestEnvironment environment = TestEnvironment.create(1);
      Console console =
          closer.register(
              new Console(
                  change.apply(ConsoleConfig.of(environment.kafka(), environment.database())),
                  new Health(),
                  new SimpleMeterRegistry(),
                  settings -> {}));
      String url = "http://localhost:" + console.port();
      ConsoleClient client = closer.register(new ConsoleClient(url));
      client.put("/api/senders/brazil", Map.of("address", "106540352242922"));
      return new Opened(closer, environment, client, closer.register(new Browser(url)));
    }

    @Override
    public void close() {
      closer.close();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (change != null) {
      opened = Opened.with(change);
      return;
    }
    opened = idle(context).take();
    sql("TRUNCATE sluice.campaign_recipient, sluice.suppression, sluice.template_state");
  }

  private static Idle idle(ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.GLOBAL)
        .computeIfAbsent(ConsolePage.class, _ -> new Idle(), Idle.class);
  }

  /** Those that no class uses at present. */
  private static final class Idle implements AutoCloseable {
    private final Deque<Opened> pages = new ConcurrentLinkedDeque<>();

    Opened take() {
      Opened page = pages.pollFirst();
      return page == null ? Opened.with(config -> config) : page;
    }

    void giveBack(Opened page) {
      pages.addFirst(page);
    }

    @Override
    public void close() {
      pages.forEach(Opened::close);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    // Else the next test might find what this one left unfinished.
    browser().script("localStorage.clear(); sessionStorage.clear()");
    assertThat(browser().complaints())
        .allMatch(line -> line.contains("400") || line.contains("409"));
  }

  @Override
  public void testFailed(ExtensionContext test, @Nullable Throwable cause) {
    new LastSight(this::browser).testFailed(test, cause);
  }

  /** Leaves no page that would take the time of the tests after these. */
  @Override
  public void afterAll(ExtensionContext context) {
    Opened page = opened;
    if (page == null) {
      return;
    }
    if (change != null) {
      page.close();
      return;
    }
    page.browser().driver().get("about:blank");
    idle(context).giveBack(page);
  }

  ConsoleClient client() {
    return Objects.requireNonNull(opened).client();
  }

  Browser browser() {
    return Objects.requireNonNull(opened).browser();
  }

  KafkaConfig kafka() {
    return Objects.requireNonNull(opened).environment().kafka();
  }

  /** Runs a statement as the owner of the tables. */
  void sql(String statement) {
    try (Database owner =
        new Database(
            Objects.requireNonNull(opened).environment().owner(),
            1,
            "test",
            new SimpleMeterRegistry())) {
      owner.sql().execute(statement);
    }
  }

  /** Creates a draft of the sender whose message is this text. */
  PageCampaign campaign(String name, String text) {
    return campaign(name, "brazil", text);
  }

  PageCampaign campaign(String name, String sender, String text) {
    return campaign(name, sender, PageCampaign.text(text));
  }

  PageCampaign campaign(String name, String sender, JsonNode message) {
    return new PageCampaign(this, PageCampaign.create(client(), name, sender, message));
  }

  /** Begins a campaign with this message. */
  void write(String text) {
    browser().open("#/new");
    browser().type("input[name=name]", "From a file");
    browser().type("textarea[name=text]", text);
    browser().find("select[name=sender] option");
  }

  /** Begins a campaign and goes on to its recipients. */
  void recipientsOf(String text) {
    write(text);
    browser().click("#next");
  }

  /** Chooses a file with this text, and returns it. */
  Path choose(String text) {
    try {
      Path file = Files.createTempFile("people", ".csv");
      file.toFile().deleteOnExit();
      browser().choose("input[name=file]", Files.writeString(file, text));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
