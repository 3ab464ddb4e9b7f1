package dev.sluice.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LocalHost:8080",
        "localhost.",
        "localhost.:8080",
        "127.0.0.1:8080",
        "127.0.1.1:8080",
        "127.255.0.9",
        "[::1]:8080",
        "[::1]",
        "[0:0:0:0:0:0:0:1]:80"
      })
  void aMachineCallsItselfSo(String host) {
    assertThat(Loopback.isHost(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rebound.example",
        "localhost.example",
        "localhost..",
        "127.0.0.1.nip.io",
        "0.0.0.0",
        "[::]",
        "192.168.0.1:80"
      })
  void nothingElseIs(String host) {
    assertThat(Loopback.isHost(host)).isFalse();
  }

  @Test
  void aRequestWithoutANameIsNotFromHere() {
    assertThat(Loopback.isHost(null)).isFalse();
  }
}
