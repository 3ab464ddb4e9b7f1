package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.runtime.Health;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserFileTest {
  private final Health health = new Health();
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("users"), "ana:viewer\n");
  }

  @Test
  void aChangeTakesEffectByItself() throws IOException {
    try (UserFile users = new UserFile(file, health)) {
      assertThat(users.get().find("ana")).hasValue(User.of("ana", Role.VIEWER));

      Files.writeString(file, "ana:operator\n");

      await().until(() -> users.get().find("ana").orElseThrow().role() == Role.OPERATOR);
    }
  }

  @Test
  void aChangeThatIsWrongIsToldAndLeavesTheUsersAsTheyAre() throws IOException {
    try (UserFile users = new UserFile(file, health)) {
      Files.writeString(file, "bo:viewer\nana:queen\n");
      users.reload();

      assertThat(users.get().find("ana")).isPresent();
      assertThat(users.get().find("bo")).isEmpty();
      assertThat(health.notices().get("users"))
          .contains(file + ", line 2: ana needs a role")
          .contains("the previous users remain in effect");
      assertThat(health.problems()).isEmpty();

      Files.delete(file);
      users.reload();
      assertThat(users.get().find("ana")).isPresent();
      assertThat(health.notices().get("users")).contains(file + " cannot be read");

      Files.writeString(file, "bo:viewer\n");
      users.reload();
      assertThat(users.get().find("ana")).isEmpty();
      assertThat(health.notices()).isEmpty();
    }
  }

  @Test
  void aFileThatCannotBeUsedAtTheStartIsAnError() throws IOException {
    assertThatThrownBy(() -> new UserFile(folder.resolve("nothing"), health))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing cannot be read");
    Files.writeString(file, "ana");
    assertThatThrownBy(() -> new UserFile(file, health))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ", line 1: ");
    Files.write(file, new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> new UserFile(file, health)).hasMessageContaining("more than");
  }
}
