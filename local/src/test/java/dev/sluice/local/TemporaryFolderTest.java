package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TemporaryFolderTest {
  @Test
  void aDiscardedFolderIsDeletedWithAllThatIsInIt() throws Exception {
    TemporaryFolder folder = new TemporaryFolder("discarded");
    Files.writeString(Files.createDirectory(folder.path().resolve("inner")).resolve("file"), "x");

    assertThat(folder.discard().waitFor(1, TimeUnit.MINUTES)).isTrue();

    assertThat(folder.path()).doesNotExist();
  }
}
