package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageArgumentTest {
  private static final String MESSAGE = "{\"type\":\"text\",\"text\":{\"body\":\"Olá\"}}";

  @TempDir private Path folder;

  @Test
  void isTypedOrInAFileWithOrWithoutAByteOrderMark() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain.json"), MESSAGE);
    Path marked = Files.writeString(folder.resolve("marked.json"), "\uFEFF" + MESSAGE);

    for (String argument : new String[] {MESSAGE, "@" + plain, "@" + marked}) {
      assertThat(MessageArgument.read(argument)).isEqualTo(Json.MAPPER.readTree(MESSAGE));
    }
  }

  @Test
  void anotherEncodingIsNamedWithTheFileAndTheRemedy() throws IOException {
    for (Charset odd : new Charset[] {Charset.forName("windows-1252"), StandardCharsets.UTF_16}) {
      Path file = Files.writeString(folder.resolve("message.json"), MESSAGE, odd);
      assertThatThrownBy(() -> MessageArgument.read("@" + file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(file + " is not in UTF-8; save it as UTF-8");
    }
  }

  @Test
  void whatIsWrongIsToldWithItsPlace() throws IOException {
    Path twice = Files.writeString(folder.resolve("twice.json"), "{\"type\":1,\n \"type\":2}");
    assertThatThrownBy(() -> MessageArgument.read("@" + twice))
        .hasMessageContaining("the message in " + twice)
        .hasMessageContaining("line 2")
        .hasMessageContaining("\"type\"");
    assertThatThrownBy(() -> MessageArgument.read("{\"type\":}"))
        .hasMessageContaining("the message is not JSON: line 1");
    assertThatThrownBy(() -> MessageArgument.read("@" + folder.resolve("none")))
        .hasMessage("there is no file " + folder.resolve("none"));
  }
}
