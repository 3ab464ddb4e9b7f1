package dev.sluice.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to read a CSV file where the file itself does not tell. */
final class CsvOptions implements Query.Part {
  @Option(
      names = "--charset",
      paramLabel = "NAME",
      defaultValue = "${env:SLUICE_CSV_CHARSET:-}",
      description =
          "The file's encoding, like windows-1252, if it is neither UTF-8 nor has a byte order mark"
              + " (SLUICE_CSV_CHARSET).")
  private @Nullable String charset;

  @Option(
      names = "--phone-column",
      paramLabel = "NAME",
      defaultValue = "${env:SLUICE_CSV_PHONE_COLUMN:-}",
      description =
          "The column of the phone numbers, if its name does not tell (SLUICE_CSV_PHONE_COLUMN).")
  private @Nullable String phoneColumn;

  @Option(
      names = "--region",
      paramLabel = "BR",
      defaultValue = "${env:SLUICE_CSV_REGION:-}",
      description =
          "The country of this file's numbers without a country code; the console's own if it is"
              + " missing (SLUICE_CSV_REGION).")
  private @Nullable String region;

  @Override
  public void addTo(Query query) {
    query.with("charset", charset).with("phoneColumn", phoneColumn).with("region", region);
  }
}
