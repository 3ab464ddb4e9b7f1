package dev.sluice.cli;

import dev.sluice.schema.ShortId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a campaign's recipients to a file. */
@Command(
    name = "export",
    description = "Writes a campaign's recipients as CSV: what became of each, and why.",
    mixinStandardHelpOptions = true)
final class CampaignExportCommand implements Callable<Integer> {
  @Mixin private ConsoleOptions console = new ConsoleOptions();

  @Option(
      names = "--status",
      split = ",",
      paramLabel = "STATUS",
      defaultValue = "${env:SLUICE_EXPORT_STATUS:-}",
      description =
          "Only those with these statuses, like FAILED,UNCONFIRMED (SLUICE_EXPORT_STATUS; all).")
  private List<String> statuses = List.of();

  @Option(
      names = "--reason",
      paramLabel = "CODE",
      defaultValue = "${env:SLUICE_EXPORT_REASON}",
      description =
          "Only those with this code, as campaign errors lists it (SLUICE_EXPORT_REASON; all).")
  private @Nullable String reason;

  @Parameters(index = "0", paramLabel = "CAMPAIGN", description = CampaignCommands.ID)
  private ShortId campaign;

  @Parameters(
      index = "1",
      paramLabel = "FILE",
      arity = "0..1",
      description = "Standard output if missing.")
  private @Nullable Path file;

  // picocli sets the campaign before it calls.
  @SuppressWarnings("NullAway.Init")
  CampaignExportCommand() {}

  @Override
  public Integer call() throws IOException {
    try (ConsoleClient client = console.client()) {
      String path =
          CampaignCommands.path(client.campaign(campaign))
              + "/export?status="
              + ConsoleClient.segment(String.join(",", statuses))
              + (reason == null ? "" : "&reason=" + ConsoleClient.segment(reason));
      if (file == null) {
        client.getCsv(path, System.out);
        System.out.flush();
      } else {
        WholeFile.write(file, out -> client.getCsv(path, out));
      }
    }
    return 0;
  }
}
