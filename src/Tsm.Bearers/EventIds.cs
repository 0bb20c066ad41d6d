namespace Tsm.Bearers;

/// <summary>The event ids of this project, 3000 to 3999; a number is never reused.</summary>
internal static class EventIds
{
    public const int SessionEnded = 3000;
    public const int MalformedPdu = 3001;
    public const int UnexpectedResponse = 3002;
    public const int UnknownCommand = 3003;
    public const int HandlerFailed = 3004;
    public const int TooManyRequests = 3005;
    public const int PduReceived = 3006;
    public const int PduSent = 3007;

    public const int ClientBound = 3020;
    public const int ClientUnbound = 3021;
    public const int ConnectFailed = 3022;
    public const int BindRefused = 3023;
    public const int BindAlarm = 3024;
    public const int Throttled = 3025;
    public const int MessageMalformed = 3026;
    public const int ListenerFailed = 3027;
    public const int BindUnanswered = 3028;
    public const int TransceiverRefused = 3029;

    public const int ServerListening = 3040;
    public const int ServerBound = 3041;
    public const int ServerBindRefused = 3042;
    public const int ServerBindMissing = 3043;
    public const int ServerConnectionFailed = 3044;
}
