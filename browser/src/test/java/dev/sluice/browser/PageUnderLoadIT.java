package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.openqa.selenium.By;

/** The page while the console is slow, has no place for another reader, or knows nothing new. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
@ResourceLock(WholePage.LOCK)
class PageUnderLoadIT {
  @RegisterExtension static final WholePage PAGE = WholePage.shared();

  @TempDir private Path folder;
  private final Browser browser = PAGE.browser();

  @AfterEach
  void theBrowserHasNothingToComplainOf() {
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aSecondClickOnDuplicateMakesNoSecondCampaign() throws IOException {
    PAGE.create("Copied once", WholePage.csv(folder, 2, "Ana"));
    browser.hold("/duplicate");
    browser.click("#duplicate");
    browser.click("#dialog .primary");
    browser.click("#dialog .primary");

    browser.awaitHeld(1);
    browser.find("#dialog progress");
    browser.release();
    browser.awaitText("h1", "Copied once (copy)");
  }

  @Test
  void whoPutsADialogAwayWhileItIsSavedLearnsWhatCameOfItAndStaysWhereTheyAre() throws IOException {
    PAGE.create("Copied unwatched", WholePage.csv(folder, 2, "Ana"));
    browser.hold("/duplicate");
    putAwayWhileItSaves("#duplicate");
    browser.script("window.held.shift()()");
    browser.awaitText("#notes", "New draft for 0 recipients");
    assertThat(browser.find("h1").getText()).isEqualTo("Copied unwatched");

    putAwayWhileItSaves("#duplicate");
    browser.script(
        """
        window.held.shift()(new Response('{"detail":"Too many copies."}', { status: 429 }))
        """);
    browser.awaitText("#notes", "Too many copies.");
  }

  @Test
  void aNumberThatIsLiftedAfterItsDialogWasPutAwayLeavesTheList() {
    browser.open("#/suppressions");
    browser.type("textarea[name=numbers]", "+5511960000077");
    browser.click("form .actions button.primary");
    browser.awaitText("tbody", "+5511960000077");
    browser.hold("/api/suppressions/");
    putAwayWhileItSaves("tbody button");
    browser.script("window.held.shift()()");

    browser.awaitText("#notes", "+5511960000077 will get messages again");
    browser
        .until()
        .until(driver ->
            browser
                .script(
                    """
                    return [...document.querySelectorAll('tbody tr')]
                      .every((row) => !row.innerText.includes('+5511960000077'));
                    """)
                .equals(true));
  }

  private void putAwayWhileItSaves(String button) {
    browser.click(button);
    browser.click("#dialog .primary");
    browser.find("#dialog progress");
    browser.click("#dialog button[type=button]");
    browser.until().until(driver -> driver.findElements(By.cssSelector("#dialog form")).isEmpty());
  }

  @Test
  void aCampaignStartsThoughNoListCanBeRead() throws IOException {
    PAGE.create("Started in a crowd", WholePage.csv(folder, 3, "Ana"));
    refuseLists();
    browser.hold("/suppressed");
    browser.click("#start");
    browser.awaitHeld(1);
    assertThat(browser.find("#schedule").isEnabled()).isFalse();
    browser.release();
    browser.awaitText("#dialog", "not counted just now");
    browser.awaitText("#dialog", "Not all of this could be looked up just now");
    browser.awaitText("#dialog .primary", "Send to 3 recipients");
    browser.picture("dialog-review-busy");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "completed");
  }

  @Test
  void whoFailedIsSentToOnceMoreThoughNoListCanBeRead() {
    browser.open("#/");
    browser.find("h1");
    refuseLists();
    resend("resendAll", Map.of("counts", Map.of("failed", 3, "unconfirmed", 0)));
    browser.awaitText("#dialog", "To the 3 recipients for whom it failed");
    assertThat(wish()).isEqualTo("{\"query\":\"status=FAILED\"}");

    resend(
        "resendReason",
        Map.of("code", "131049", "status", "FAILED", "count", 2, "words", "marketing"));
    browser.awaitText("#dialog .primary", "Send to 2 recipients");
    assertThat(wish())
        .isEqualTo("{\"query\":\"status=FAILED\",\"body\":{\"reasons\":[\"131049\"]}}");
  }

  @Test
  void whoHasLeftMeanwhileIsNotAskedWhetherToSendOnceMore() {
    browser.open("#/");
    browser.find("h1");
    browser.hold("/api/campaigns/any");
    for (String function : List.of("resendAll", "resendReason")) {
      resend(
          function,
          Map.of("counts", Map.of("failed", 3, "unconfirmed", 0), "code", "1", "status", "FAILED"));
      browser.awaitHeld(1);
      browser.script(
          "window.leave.abort(); window.held.shift()(new Response('{}', { status: 429 }))");

      Object wish = browser.until().until(driver -> browser.script("return window.wish"));
      assertThat(wish).isEqualTo("null");
    }
  }

  /** The question would stand over another view, and not name the campaign. */
  @Test
  void whoHasLeftMeanwhileIsToldOfARefusalAndNotAsked() {
    browser.open("#/");
    browser.find("h1");
    Object told =
        browser.asyncScript(
            browser.withModules()
                + """
                const [done] = arguments;
                module('missing.js').then(({ orWithout }) => {
                  const refused = Object.assign(new Error('refused'), { members: { stoppedTemplate: 'paused' } });
                  orWithout(() => Promise.reject(refused), 'any', 1, AbortSignal.abort())
                    .then(done, (error) => done(error.message));
                });
                """);

    assertThat(told).isEqualTo("refused");
  }

  private void resend(String function, Map<String, Object> of) {
    browser.script(
        browser.withModules()
            + """
            const [ask, of] = arguments;
            window.wish = null;
            window.leave = new AbortController();
            const more = ask === 'resendReason' ? [of] : [];
            module('resend.js')
              .then((page) => page[ask]('/api/campaigns/any', of, ...more, window.leave.signal))
              .then((wish) => (window.wish = JSON.stringify(wish)));
            """,
        function,
        of);
  }

  private Object wish() {
    browser.awaitText("#dialog", "their number could not be counted just now");
    browser.click("#dialog .primary");
    return browser.until().until(driver -> browser.script("return window.wish"));
  }

  @Test
  void aLateQuestionWaitsForTheDialogThatIsOpen() {
    browser.open("#/");
    browser.find("h1");
    browser.script(
        browser.withModules()
            + """
            window.answers = [];
            module('dialogs.js').then(({ confirm }) => ['first', 'late'].forEach((title) =>
              confirm({ title, text: '', action: title }).then((yes) => window.answers.push(title, yes))));
            """);
    browser.awaitText("#dialog", "first");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog", "late");
    browser.click("#dialog button[type=button]");

    browser
        .until()
        .until(driver ->
            List.of("first", true, "late", false).equals(browser.script("return window.answers")));
  }

  @Test
  void theAnswerToTheLastQuestionCountsInWhateverOrderTheyCome() {
    browser.open("#/");
    browser.find("h1");
    Object shown =
        browser.asyncScript(
            browser.withModules()
                + """
                const [done] = arguments;
                module('pages.js').then(async ({ pages }) => {
                  const answers = [];
                  const list = pages(() => new Promise((go) => answers.push(go)), () => null, () => {});
                  const all = [list.reload(), list.reload()];
                  ['old', 'new'].map((page, i) => () => answers[i](page)).reverse().forEach((go) => go());
                  await Promise.all(all);
                  done(list.page());
                });
                """);

    assertThat(shown).isEqualTo("new");
  }

  private void refuseLists() {
    browser.script(
        """
        const real = window.fetch;
        window.fetch = (path, asked) =>
          /\\/(?:suppressed|recipients|errors|review)\\?|\\/errors$|\\/senders\\/\\w+$/.test(path)
            ? Promise.resolve(new Response('{"detail":"Too many read lists."}', { status: 429 }))
            : real(path, asked);
        """);
  }

  @Test
  void whatHasLeftAWatchedListIsNotShownAnyMore() {
    Watched list =
        watch(
            new Event("campaigns", rows(1, 3)),
            new Event("changes", rows(4, 4)),
            new Event("gone", List.of("2")));

    assertThat(list.ids()).isEqualTo(List.of("4", "3", "1"));
    assertThat(list.more()).isFalse();
  }

  /** While the page was out of sight 300 came, and 1 and 2 were archived. */
  @Test
  void aWholeListReplacesWhatWasKnown() {
    Watched list =
        watch(new Event("campaigns", rows(1, 2)), new Event("campaigns", rows(103, 302)));

    assertThat(list.ids()).hasSize(200).first().isEqualTo("302");
    assertThat(list.ids()).last().isEqualTo("103");
    assertThat(list.more()).isTrue();
  }

  @Test
  void whatNewerOnesHavePushedOutOfTheFirstPageStays() {
    Watched list =
        watch(
            new Event("campaigns", rows(1, 200)),
            new Event("changes", rows(201, 201)),
            new Event("gone", List.of("1")));

    assertThat(list.ids()).hasSize(201).last().isEqualTo("1");
    assertThat(list.more()).isTrue();
  }

  @Test
  void whatTheConsoleCannotReadAnyMoreIsShownAsOldUntilItCan() {
    Watched list =
        watch(
            new Event("campaigns", rows(1, 2)),
            new Event("stale", Map.of()),
            new Event("campaigns", rows(1, 2)));

    assertThat(list.ups()).isEqualTo(List.of(true, false, true, false));
  }

  private record Event(String name, Object data) {}

  /** Ids and numbers, the highest of which comes first. */
  private static List<Map<String, Object>> rows(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(n -> Map.<String, Object>of("id", String.valueOf(n), "n", n))
        .toList();
  }

  /**
   * A list after some events and the end of its connection.
   *
   * @param ups what it told of the connection
   */
  private record Watched(List<?> ids, boolean more, List<?> ups) {}

  private Watched watch(Event... events) {
    browser.open("#/");
    browser.find("h1");
    List<?> seen =
        (List<?>)
            browser.asyncScript(
                browser.withModules()
                    + """
                    const [events, done] = arguments;
                    const real = window.fetch;
                    window.fetch = (path, asked) => path === '/api/any/events'
                      ? Promise.resolve(new Response(events.map(([event, data]) =>
                          `event: ${event}\\ndata: ${JSON.stringify(data)}\\n\\n`).join('')))
                      : real(path, asked);
                    Promise.all([module('live.js'), module('lib.js')]).then(([{ live }, { nothing }]) => {
                      const ups = [];
                      let told = 0;
                      const ended = () => ups.at(-1) === false && told === events.filter(([event]) => event !== 'stale').length;
                      const list = live('/api/any', (one, other) => other.n - one.n, () => told++, (up) => {
                        ups.push(up);
                        if (ended()) {
                          list.stop();
                          done([list.rows.map((row) => row.id), list.more() !== nothing, ups]);
                        }
                      });
                    });
                    """,
                IntStream.range(0, events.length)
                    .mapToObj(i -> List.of(events[i].name(), events[i].data()))
                    .toList());
    return new Watched((List<?>) seen.get(0), (Boolean) seen.get(1), (List<?>) seen.get(2));
  }
}
