package dev.sluice.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows progress: a bar on a terminal, a line per second elsewhere. */
sealed interface DemoProgress extends AutoCloseable {

  /** Shows how many messages the provider has accepted. */
  void show(long accepted);

  @Override
  void close();

  static DemoProgress of(boolean terminal, PrintWriter out, long total) {
    return terminal ? new Bar(total) : new Lines(out, total);
  }

  /** A progress bar that redraws itself. */
  final class Bar implements DemoProgress {
    private final ProgressBar bar;
    private final long startNanos = System.nanoTime();

    private Bar(long total) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("sending")
              .setInitialMax(total)
              .setUpdateIntervalMillis(100)
              .setStyle(ProgressBarStyle.ASCII)
              .setUnit(" msg", 1)
              .build();
    }

    @Override
    public void show(long accepted) {
      bar.stepTo(accepted);
      bar.setExtraMessage(
          String.format(
              Locale.ROOT, "%.1f msg/s", accepted / ((System.nanoTime() - startNanos) / 1e9)));
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** Plain lines. */
  final class Lines implements DemoProgress {
    private final PrintWriter out;
    private final long total;
    private final long startNanos = System.nanoTime();
    private long lastNanos = startNanos;
    private long last;

    private Lines(PrintWriter out, long total) {
      this.out = out;
      this.total = total;
    }

    @Override
    public void show(long accepted) {
      long now = System.nanoTime();
      boolean end = accepted == total && last < total;
      if (!end && now - lastNanos < Duration.ofSeconds(1).toNanos()) {
        return;
      }
      if (accepted > last) {
        out.printf(
            Locale.ROOT,
            "  %d/%d accepted | %.1f msg/s%n",
            accepted,
            total,
            accepted / ((now - startNanos) / 1e9));
        out.flush();
      }
      lastNanos = now;
      last = accepted;
    }

    @Override
    public void close() {
      out.flush();
    }
  }
}
