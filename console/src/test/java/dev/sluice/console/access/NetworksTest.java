package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.7, 10.0.0.7, true",
    "10.0.0.7, 10.0.0.8, false",
    "10.0.0.0/8, 10.255.1.2, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "192.168.4.0/22, 192.168.7.255, true",
    "192.168.4.0/22, 192.168.8.0, false",
    "0.0.0.0/0, 8.8.8.8, true",
    "::1, 0:0:0:0:0:0:0:1, true",
    "::1, [::1], true",
    "fe80::/10, fe80::1%eth0, true",
    "fd00::/8, fe80::1, false",
    "0.0.0.0/0, ::1, false",
    "10.0.0.7, ::ffff:10.0.0.7, true",
    "10.0.0.7, proxy.example.org, false",
  })
  void anAddressIsInANetworkOrNot(String network, String address, boolean inside) {
    assertThat(Networks.parse(List.of(network)).hold(address)).isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"proxy.example.org", "10.0.0.0/33", "10.0.0", "10.0.0.0/", "1/8", "::/129", ""})
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> Networks.parse(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "' is no address");
  }
}
