package dev.sluice.console.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.http.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeedTest {
  private @Nullable Integer number = 1;
  private final Feed feed = new Feed(this::read, opened -> {});

  private LiveState read() {
    if (number == null) {
      throw ProblemException.unavailable("The database did not answer.");
    }
    return LiveState.one("n", number);
  }

  @Test
  void whoWatchesIsToldWhatCannotBeReadTwiceInARow() throws Exception {
    feed.open();
    number = null;
    failToRead();
    assertThat(shown()).isEqualTo("event: n\ndata: 1\n\n");

    failToRead();
    assertThat(shown()).isEqualTo("event: n\ndata: 1\n\nevent: stale\ndata: {}\n\n");

    number = 1;
    feed.read();
    assertThat(shown()).isEqualTo("event: n\ndata: 1\n\n");
    number = null;
    failToRead();
    assertThat(shown()).isEqualTo("event: n\ndata: 1\n\n");
  }

  private void failToRead() {
    assertThatThrownBy(feed::read).isInstanceOf(ProblemException.class);
  }

  /** What somebody is told who begins to watch now. */
  private String shown() throws InterruptedException {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Viewer viewer = new Viewer(told, () -> {}, () -> true);
    feed.add(viewer);
    Thread watching = Thread.ofVirtual().start(() -> watch(viewer));
    await().until(() -> told.size() > 0);
    viewer.dismiss();
    watching.join();
    feed.remove(viewer);
    return told.toString(StandardCharsets.UTF_8);
  }

  private static void watch(Viewer viewer) {
    try {
      viewer.watch();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
