package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Sluice;
import dev.sluice.local.EmbeddedDatabase;
import dev.sluice.local.FreePort;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RefusedMigrationTest {
  @TempDir private Path folder;

  /** It does not wait for a database that answers and refuses. */
  @Test
  @Timeout(60)
  void aWrongPasswordIsToldAsSuchAtOnce() throws Exception {
    Path data = Files.createDirectories(folder.resolve("postgresql"));
    try (EmbeddedDatabase database = new EmbeddedDatabase(data, FreePort.next())) {
      String url = database.as("sluice_owner", "sluice").url();

      assertThat(migrate(url + "?password=wrong"))
          .contains("sluice_owner")
          .contains("SLUICE_OWNER_PASSWORD")
          .contains("password authentication failed");
      assertThat(migrate(url)).contains("SLUICE_OWNER_PASSWORD").contains("no password");
    }
  }

  private static String migrate(String url) {
    StringWriter err = new StringWriter();
    int exit =
        Sluice.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute("migrate", "--database", url, "--wait", "1h");
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString().strip().lines()).hasSize(1);
    assertThat(err.toString()).doesNotContain("Exception").doesNotContain("org.postgresql");
    return err.toString();
  }
}
