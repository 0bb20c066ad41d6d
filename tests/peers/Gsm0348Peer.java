import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.opentelecoms.gsm0348.api.PacketBuilder;
import org.opentelecoms.gsm0348.api.model.CardProfile;
import org.opentelecoms.gsm0348.api.model.CommandPacket;
import org.opentelecoms.gsm0348.api.model.ResponsePacket;
import org.opentelecoms.gsm0348.api.model.TransportProtocol;
import org.opentelecoms.gsm0348.impl.PacketBuilderFactory;
import org.opentelecoms.gsm0348.impl.coders.CardProfileCoder;
import org.opentelecoms.gsm0348.impl.coders.ResponsePacketStatusCoder;

/**
 * Lets the gsm0348 library build and open packets, one request a line in, one answer a line out. Nothing of the library is
 * here: it is found on the class path. The lines are those of PeerProcess.cs: fields separated by tabs, octets in hexadecimal.
 */
public final class Gsm0348Peer {
  private static final int VERB = 0, SPI = 1, KIC = 2, KID = 3, TAR = 4, CNTR = 5, KIC_KEY = 6, KID_KEY = 7, CC_LENGTH = 8, STATUS = 9, PAYLOAD = 10;
  private static final int RESPONSE_UDH = 3;

  public static void main(String[] arguments) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = input.readLine()) != null; ) {
      try {
        System.out.println("ok\t" + answer(line.split("\t", -1)));
      } catch (Exception fault) {
        // Whatever it is, it is the peer's answer to this case.
        System.out.println("no\t" + String.valueOf(fault).replaceAll("\\s+", " "));
      }
      System.out.flush();
    }
  }

  private static String answer(String[] fields) throws Exception {
    PacketBuilder builder = PacketBuilderFactory.getInstance(profile(fields));
    byte[] counter = octets(fields[CNTR]), kicKey = octets(fields[KIC_KEY]), kidKey = octets(fields[KID_KEY]), payload = octets(fields[PAYLOAD]);
    switch (fields[VERB]) {
      case "wrap":
        return hex(builder.buildCommandPacket(payload, counter, kicKey, kidKey));
      case "open":
        CommandPacket command = builder.recoverCommandPacket(payload, kicKey, kidKey);
        return hex(command.getHeader().getTAR()) + "\t" + hex(command.getData());
      case "answer":
        return hex(builder.buildResponsePacket(payload, counter, kicKey, kidKey, ResponsePacketStatusCoder.encode(octets(fields[STATUS])[0])));
      case "read":
        byte[] packet = java.util.Arrays.copyOfRange(payload, RESPONSE_UDH, payload.length);
        ResponsePacket response = builder.recoverResponsePacket(packet, kicKey, kidKey);
        return hex(new byte[] {(byte) ResponsePacketStatusCoder.decode(response.getHeader().getResponseStatus())})
            + "\t" + hex(response.getHeader().getCounter()) + "\t" + hex(response.getData());
      default:
        throw new UnsupportedOperationException(fields[VERB]);
    }
  }

  private static CardProfile profile(String[] fields) throws Exception {
    CardProfile profile = CardProfileCoder.encode(octets(fields[SPI] + fields[KIC] + fields[KID] + fields[TAR]));
    profile.setTransportProtocol(TransportProtocol.SMS_PP);
    if ((octets(fields[SPI])[0] & 3) == 2 && (octets(fields[KID])[0] & 15) == 2) {
      profile.setSignatureAlgorithm(octets(fields[CC_LENGTH])[0] == 4 ? "AES_CMAC_32" : "AES_CMAC_64");
    }
    return profile;
  }

  private static byte[] octets(String hex) {
    byte[] octets = new byte[hex.length() / 2];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
    }
    return octets;
  }

  private static String hex(byte[] octets) {
    StringBuilder hex = new StringBuilder();
    for (byte octet : octets) {
      hex.append(String.format("%02X", octet));
    }
    return hex.toString();
  }
}
