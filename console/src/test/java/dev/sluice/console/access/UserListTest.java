package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserListTest {
  private static final PasswordHash HASH = PasswordHash.ofNothing(100_000);

  @Test
  void eachLineIsAUser() {
    UserList users =
        parse(
            "\ufeff# our people\r\n\r\nana:manager:"
                + HASH
                + "\r\nbo@example.org:operator,approve:\ncleo : viewer\n");

    assertThat(users.find("ana").orElseThrow())
        .isEqualTo(new User("ana", Role.MANAGER, false, java.util.Optional.of(HASH)));
    assertThat(users.find("bo@example.org").orElseThrow())
        .isEqualTo(new User("bo@example.org", Role.OPERATOR, true, java.util.Optional.empty()));
    assertThat(users.find("cleo").orElseThrow()).isEqualTo(User.of("cleo", Role.VIEWER));
    assertThat(users.find("Ana")).isEmpty();
    assertThat(users.hasPasswords()).isTrue();
    assertThat(parse("cleo:viewer").hasPasswords()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ana | a line is name:role:hash",
        "ana:manager:x:y | a line is name:role:hash",
        "an a:manager | a name has 1 to 64 characters",
        ":manager | a name has 1 to 64 characters",
        "who=root:manager | a name has 1 to 64 characters",
        "ana:boss | ana needs a role: viewer, manager or operator",
        "ana:Manager | ana needs a role",
        "ana:manager,admin | only \",approve\" may stand",
        "ana:manager,approve,approve | only \",approve\" may stand",
        "ana:manager:plain-text-password | the hash is not one",
        "bo:viewer | bo is there twice",
      })
  void aWrongLineIsToldByFileAndNumberAndWithoutTheHash(String line, String words) {
    assertThatThrownBy(() -> parse("# first\nbo:manager\n" + line + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("/etc/users, line 3: ")
        .hasMessageContaining(words)
        .hasMessageNotContaining("plain-text-password");
  }

  /** As when a program is writing it just now: it would lock everybody out. */
  @Test
  void anEmptyFileAndOneInAnotherEncodingAreNone() {
    assertThatThrownBy(() -> parse("# nobody yet\n")).hasMessage("/etc/users names no user");
    assertThatThrownBy(
            () -> UserList.parse("/etc/users", "ana:manager".getBytes(StandardCharsets.UTF_16)))
        .hasMessageContaining("/etc/users is not UTF-8");
  }

  @Test
  void anUnknownNameCostsAsMuchAsTheDearestHash() {
    assertThat(parse("ana:manager:" + HASH).cost()).isEqualTo(100_000);
    assertThat(parse("ana:manager").cost()).isEqualTo(600_000);
  }

  private static UserList parse(String text) {
    return UserList.parse("/etc/users", text.getBytes(StandardCharsets.UTF_8));
  }
}
