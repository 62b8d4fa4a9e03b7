import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies a webhook with the JDK alone.
 *
 * <p>java Verify.java SECRET ID TIMESTAMP SIGNATURES &lt; body answers with status 0 where it is ours.
 */
public class Verify {
    static final long TOLERANCE_SECONDS = 300;

    static boolean isOurs(String secret, String id, String timestamp, String signatures, byte[] body) throws Exception {
        if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > TOLERANCE_SECONDS) {
            return false;
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        byte[] expected = mac.doFinal(body);
        for (String signature : signatures.split(" ")) { // two while a secret is being rotated
            if (signature.startsWith("v1,")
                    && MessageDigest.isEqual(expected, Base64.getDecoder().decode(signature.substring(3)))) {
                return true;
            }
        }
        return false;
    }

    public static void main(String[] given) throws Exception {
        byte[] body = System.in.readAllBytes();
        System.exit(isOurs(given[0], given[1], given[2], given[3], body) ? 0 : 1);
    }
}
