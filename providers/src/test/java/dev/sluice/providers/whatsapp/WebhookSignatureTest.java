package dev.sluice.providers.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {
  private static final byte[] EMPTY =
      "{\"object\":\"whatsapp_business_account\",\"entry\":[]}".getBytes(StandardCharsets.UTF_8);
  private static final String GOOD =
      "sha256=d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f";

  private final WebhookSignature signature = new WebhookSignature("app-secret");

  @Test
  void acceptsTheRightSignature() {
    assertThat(signature.signs(GOOD, EMPTY)).isTrue();
  }

  @Test
  void checksTheRawBytesWithMetasEscapes() {
    byte[] body =
        "{\"name\":\"Jos\\u00e9\",\"url\":\"https:\\/\\/example.org\"}"
            .getBytes(StandardCharsets.UTF_8);

    assertThat(
            signature.signs(
                "sha256=68f900450882d90672ec4d7447b727c06334a7b09b5cd2f38d1e82f9d4719778", body))
        .isTrue();
  }

  @Test
  void refusesEverythingElse() {
    byte[] changed = EMPTY.clone();
    changed[5] ^= 1;

    assertThat(signature.signs(null, EMPTY)).isFalse();
    assertThat(signature.signs("", EMPTY)).isFalse();
    assertThat(signature.signs("sha256=", EMPTY)).isFalse();
    assertThat(signature.signs("sha256=zz", EMPTY)).isFalse();
    assertThat(signature.signs(GOOD.replace("sha256", "sha1"), EMPTY)).isFalse();
    assertThat(signature.signs(GOOD.replace('d', 'e'), EMPTY)).isFalse();
    assertThat(signature.signs(GOOD, changed)).isFalse();
  }
}
